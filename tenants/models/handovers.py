from django.db import models

from kernel.ids import uuid7
from tenants.models.organizations import Organization


class HandOver(models.Model):
    """Carries a person who just signed up from the public site to the new host: good once, for two minutes.

    Only the hash of the secret is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    user_id = models.UUIDField()
    hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
