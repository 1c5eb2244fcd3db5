from django.db import models


class SchemaTemplate(models.Model):
    """The SQL that makes one part of a workspace ("core", or an engine's tables), built from its migrations."""

    part = models.CharField(max_length=60, primary_key=True)
    version = models.CharField(max_length=64)
    sql = models.TextField()
    built_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.part} {self.version[:8]}"


class SpareSchema(models.Model):
    """A schema made beforehand, waiting for a sign-up."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    version = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["version", "created_at"], name="spare_schema_next"),)

    def __str__(self) -> str:
        return self.schema_name
