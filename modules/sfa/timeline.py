"""What became of a customer's deals: made, moved, won and lost.

Read from the audit of those deals by index `audit_record`; which deals, by the index of the customer's column.
"""

from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.labels import Labels, shows
from crm.panels import Frame
from crm.timeline import Entry, Line, Mark, Source, mark_of
from crm.timeline.book import RELATED
from crm.timeline.rows import newest
from kernel.access import entity_for, records_visible_to
from kernel.models import AuditEntry
from kernel.narrowing import seen_changes
from kernel.registry import Entity
from modules.sfa.enums import StageKind

NAME: Final = "sfa.deals"


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    deal = entity_for(frame.actor, "deal")
    if not frame.actor.may(deal.permission("view")) or not shows(deal, frame.entity.name):
        return []
    deals = records_visible_to(frame.actor, deal).filter(**{f"{frame.entity.name}_id": frame.record.pk})
    acts = Q(action="created")
    if shows(deal, "stage"):
        acts |= Q(action="changed", changes__has_key="stage")
    rows = AuditEntry.objects.filter(acts, entity="deal", record_id__in=deals.order_by().values("pk"))
    found = newest(rows, NAME, before, limit)
    labels = Labels(frame.actor).learn({
        "deal": {row.record_id for row in found}, "stage": {pk for row in found for pk in _stages(row)},
    })  # fmt: skip
    return [_entry(deal, row, labels, frame) for row in found]


def _stages(row: AuditEntry) -> list[UUID]:
    pair = row.changes.get("stage")
    return [UUID(str(pk)) for pk in pair if pk] if isinstance(pair, list) else []


def _entry(deal: Entity, row: Any, labels: Labels, frame: Frame) -> Entry:
    changes = seen_changes(deal, row.changes, actor=frame.actor)
    icon, title, tone = _what(row.action, changes.get("kind"))
    return Entry(
        mark_of(NAME, row.pk), row.at, icon, title, row.actor_label, about=labels.get("deal", row.record_id),
        url=reverse("sfa:deal_detail", args=[row.record_id]), lines=_moved(deal, row, labels), tone=tone,
    )  # fmt: skip


def _moved(deal: Entity, row: Any, labels: Labels) -> list[Line]:
    stages = [labels.get("stage", pk) for pk in _stages(row)] if shows(deal, "stage") else []
    if not any(stages):
        return []
    return [Line(str(deal.field("stage").label), "" if len(stages) == 1 else stages[0], stages[-1])]


def _what(action: str, kind: Any) -> tuple[str, str, str]:
    if action == "created":
        return "handshake", _("Deal made"), ""
    match kind[1] if isinstance(kind, list) else None:
        case StageKind.WON:
            return "trophy", _("Deal won"), "ok"
        case StageKind.LOST:
            return "circle-x", _("Deal lost"), "bad"
        case StageKind.OPEN:
            return "rotate-ccw", _("Deal open again"), ""
    return "handshake", _("Deal moved on"), ""


sources = (Source(NAME, RELATED, read, frozenset({"account", "contact"}), covers=frozenset({"deal"})),)
