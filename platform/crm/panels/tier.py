"""The value tier with its reasons, in the header of a customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models.choices import Tier
from crm.panels.book import Frame, Panel


def context(frame: Frame) -> Mapping[str, Any] | None:
    """Bars are drawn against the largest line; a negative one is drawn red."""
    record, reason = frame.record, dict(frame.record.tier_reason or {})
    field = frame.entity.all_fields.get("tier")
    if field is None or field.masked or not (record.tier or frame.may_change):
        return None
    lines = [dict(line) for line in reason.get("lines", ()) if isinstance(line, Mapping)]
    largest = max((abs(float(line.get("points", 0))) for line in lines), default=0) or 1
    for line in lines:
        points = float(line.get("points", 0))
        line |= {"points": points, "share": round(100 * abs(points) / largest), "bad": points < 0}
    return {
        "rank": int(record.tier) if record.tier else None, "label": str(Tier(record.tier).label) if record.tier else "",
        "lines": lines, "score": reason.get("score"), "limit": reason.get("limit"), "note": reason.get("note", ""),
        "who": _who(reason), "at": parse_datetime(str(reason.get("at", ""))) if reason.get("at") else None,
        "edit_url": f"{frame.place}tier/" if frame.may_change and not field.readonly else "",
    }  # fmt: skip


def _who(reason: Mapping[str, Any]) -> str:
    if reason.get("by") == "hand":
        return str(_("Set by %s") % reason.get("who", ""))
    return _("Worked out by the system") if reason else ""


panel = Panel(
    "tier", gettext_lazy("Value tier"), "crm/panels/tier.html", context, frozenset({"account", "contact"}), place="head"
)
