"""What each person opened last and how often: where a search begins before anything is typed."""

from django.conf import settings
from django.db import models


class Opened(models.Model):
    """One record that a person has looked at. Only the latest are kept (crm.services.opened)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity = models.CharField(max_length=60)
    record_id = models.UUIDField()
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "record_id"], name="opened_once"),)
        indexes = (models.Index(fields=["user", "-at"], name="opened_last"),)
