from django.db import models

from kernel.ids import uuid7
from tenants.models.organizations import Organization


class StateChange(models.Model):
    """One step in an organization's life: when, from where to where, why and by whom. Never updated."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="state_changes")
    at = models.DateTimeField(auto_now_add=True)
    old = models.CharField(max_length=10)
    new = models.CharField(max_length=10)
    reason = models.CharField(max_length=30, blank=True)
    actor_label = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
