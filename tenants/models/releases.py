from django.db import models

from kernel.ids import uuid7


class ReleaseRun(models.Model):
    """One run of `manage.py release` that had something to do. No end: it was killed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.CharField(max_length=32)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    #: Workspaces that were behind, brought up to date, and quarantined.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    #: What ended it early, for the provider.
    stopped = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.version[:12]} {self.started_at:%Y-%m-%d %H:%M}"
