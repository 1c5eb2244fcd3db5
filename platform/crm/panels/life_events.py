"""What comes in a customer's life, and what came."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.models import LifeEvent
from crm.panels.book import Frame, Panel
from crm.services.parts import today
from kernel.access import may_add, records_visible_to

MOST = 200
_SHOWN = 40


def life_events_at(frame: Frame) -> list[LifeEvent]:
    """The latest, read once for the panel, the timeline and the next steps; more of one customer are not read."""
    rows = records_visible_to(frame.actor, "life_event").filter(**{f"{frame.entity.name}_id": frame.record.pk})
    return frame.once("life events", lambda: list(rows.select_related("kind").order_by("-on", "-id")[:MOST]))


def context(frame: Frame) -> Mapping[str, Any] | None:
    events = [_event(row, today()) for row in life_events_at(frame)[:_SHOWN]]
    coming = sorted((e for e in events if e["days"] is not None), key=lambda e: e["days"])
    may = frame.may_change and may_add("life_event", frame.actor)
    return {
        "coming": coming, "past": [e for e in events if e["days"] is None], "may_change": may,
        "add_url": f"/life_events/new/?{frame.entity.name}={frame.record.pk}" if may else "",
    }  # fmt: skip


def _event(row: Any, now: date) -> dict[str, Any]:
    persian = (get_language() or "").startswith("fa")
    kind = (row.kind.label_fa if persian else row.kind.label_en) or row.kind.name
    ahead = row.next_on if row.next_on and row.next_on >= now else None
    return {
        "pk": row.pk, "kind": kind, "name": row.name if row.name not in (row.kind.name, kind) else "", "on": row.on,
        "yearly": row.yearly, "next_on": ahead, "days": (ahead - now).days if ahead else None, "note": row.note,
    }  # fmt: skip


panel = Panel(
    "life_events", _("Life events"), "crm/panels/life_events.html", context, frozenset({"account", "contact"}),
    "sparkles",
)  # fmt: skip
