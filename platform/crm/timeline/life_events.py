"""What came in a customer's life, on its own date; by the index of the customer's column."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.panels import Frame
from crm.panels.life_events import life_events_at
from crm.services.parts import today
from crm.timeline.book import LIFE_EVENTS, Entry, Mark, Source
from kernel.access import records_visible_to
from kernel.registry import registry

NAME: Final = "life_events"
_DAY: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    """Those to come stand among the next steps and in their panel; a day begins at midnight UTC for everybody."""
    if not frame.actor.may(registry.entity("life_event").permission("view")):
        return []
    if before is None:
        return [_entry(row) for row in [row for row in life_events_at(frame) if row.on <= today()][:limit]]
    mine = records_visible_to(frame.actor, "life_event").filter(**{f"{frame.entity.name}_id": frame.record.pk})
    rows = mine.filter(_below(before), on__lte=today()).select_related("kind").order_by("-on", "-id")[:limit]
    return [_entry(row) for row in rows]


def _below(before: Mark) -> Q:
    days, into_the_day = divmod(before.millis, _DAY)
    number = days + _EPOCH
    if number < 1:
        return Q(pk__in=[])
    if number > date.max.toordinal():
        return Q()
    day = date.fromordinal(number)
    if into_the_day or before.source > NAME:
        return Q(on__lte=day)
    earlier = Q(on__lt=day)
    return earlier | Q(on=day, pk__lt=before.pk) if before.source == NAME else earlier


def mark(row: Any) -> Mark:
    at = datetime.combine(row.on, time(), UTC)
    return Mark(round(at.timestamp() * 1000), NAME, row.pk)


def _entry(row: Any) -> Entry:
    persian = (get_language() or "").startswith("fa")
    kind = (row.kind.label_fa if persian else row.kind.label_en) or row.kind.name
    name = row.name if row.name not in (row.kind.name, kind) else ""
    said = [word for word in (_("every year") if row.yearly else "", row.note) if word]
    return Entry(
        mark(row), row.on, "sparkles", kind, about=name, detail=" · ".join(said),
        url=reverse("crm:life_event_detail", args=[row.pk]),
    )  # fmt: skip


source = Source(NAME, LIFE_EVENTS, read, frozenset({"account", "contact"}))
