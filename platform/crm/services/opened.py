"""Remembering what a person opened."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from crm.models import Opened
from kernel.access import Actor
from kernel.context import require_tenant

#: As many records a person as are remembered; some more until they are next thinned out.
KEPT, _SLACK = 60, 20


def note_opened(*, actor: Actor, entity: str, pk: UUID) -> None:
    """The person looks at this record now. It is no change of a record: neither audited nor told of."""
    if actor.user_id is None or require_tenant().read_only:
        return
    now = timezone.now()
    mine = Opened.objects.filter(user_id=actor.user_id)
    if mine.filter(record_id=pk).update(times=F("times") + 1, at=now):
        return
    Opened.objects.bulk_create(
        [Opened(user_id=actor.user_id, entity=entity, record_id=pk, at=now)], ignore_conflicts=True
    )
    seen = list(mine.order_by("-at").values_list("pk", flat=True)[: KEPT + _SLACK + 1])
    if len(seen) > KEPT + _SLACK:
        mine.exclude(pk__in=seen[:KEPT]).delete()


def opened_by(actor: Actor) -> Mapping[UUID, tuple[str, int, datetime]]:
    """(entity, how often, when) of what the person opened, the latest first."""
    if actor.user_id is None:
        return {}
    mine = Opened.objects.filter(user_id=actor.user_id).order_by("-at")
    rows = mine.values_list("record_id", "entity", "times", "at")[:KEPT]
    return {pk: (name, times, at) for pk, name, times, at in rows}
