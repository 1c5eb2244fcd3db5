"""Tasks that a real worker runs in tests: each leaves a team behind that says what ran, in the workspace it ran in."""

from typing import Any

from celery import shared_task
from django.db import transaction

from identity.models import Team
from kernel.context import require_tenant
from tenants.celery import WorkspaceTask


@shared_task(base=WorkspaceTask, name="tests.note")
def note(label: str) -> None:
    with transaction.atomic():
        Team.objects.create(name=label, region=require_tenant().schema)


@shared_task(base=WorkspaceTask, name="tests.stumble", bind=True, max_retries=2)
def stumble(self: Any, label: str) -> None:
    """Succeeds the third time."""
    if self.request.retries < 2:
        raise self.retry(countdown=0)
    note(label)


@shared_task(base=WorkspaceTask, name="tests.fall", bind=True)
def fall(self: Any) -> None:
    raise ValueError("on purpose")


@shared_task(base=WorkspaceTask, name="tests.send_more")
def send_more(label: str) -> None:
    """A task that sends another, as a job of many steps does."""
    note.delay(label)
