"""What a person did with a record that concerns nobody else: opened it, or put a proposal about it away."""

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


class PutAway(models.Model):
    """A proposed next step that a person does not want to see on this record for a while."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_id = models.UUIDField()
    #: Which step, such as "no_owner" or "life_event:<id>".
    step = models.CharField(max_length=100)
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "record_id", "step"], name="put_away_once"),)
