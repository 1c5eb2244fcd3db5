from django.db import models


class WorkNote(models.Model):
    """A workspace wrote an event or a job. Rows are only added, so that writers never wait for one another."""

    id = models.BigAutoField(primary_key=True)
    schema_name = models.CharField(max_length=63)

    def __str__(self) -> str:
        return self.schema_name
