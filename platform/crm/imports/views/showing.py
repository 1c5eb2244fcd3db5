"""Values of a preview and counts of an import, as they are shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.pages.values import is_ordinal
from kernel import formats
from kernel.registry import Entity, Field, UnknownName, registry


def shown_change(entity: Entity, change: dict[str, Any]) -> dict[str, Any]:
    """{label, old, new} with figures and days in the reader's way of writing."""
    field = entity.field(change["field"])
    return {"label": field.label, "old": _shown(field, change["old"]), "new": _shown(field, change["new"])}


def _shown(field: Field, value: Any) -> str:
    if value in (None, ""):
        return ""
    if field.kind == "bool":
        return _("yes") if value else _("no")
    if field.kind == "choice":
        return next((str(label) for key, label in field.choices if key == str(value)), str(value))
    try:
        if is_ordinal(field):
            return formats.digits(value)
        if field.kind in ("integer", "decimal", "money", "percent"):
            return formats.num(int(value) if isinstance(value, int) else Decimal(str(value)))
        if field.kind in ("date", "datetime"):
            return formats.date_short(date.fromisoformat(str(value)[:10]))
    except (ValueError, InvalidOperation):
        pass
    return str(value)


def related_of(made: dict[str, int]) -> list[tuple[str, int]]:
    """(label, count) of records that relations would make or made."""
    found = []
    for name, count in sorted(made.items()):
        try:
            entity = registry.entity(name)
            found.append((str(entity.label if count == 1 else entity.label_plural), count))
        except UnknownName:
            found.append((name, count))
    return found
