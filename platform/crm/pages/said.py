"""Values as the audit keeps them, in the reader's words: from JSON back to the field's kind, names instead of ids."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.values import value_text
from kernel.registry import Field
from kernel.values import BadValue, parse_value

_MOST = 120


def currency_said(field: Field, changes: Mapping[str, Any]) -> str:
    """The currency that was written beside an amount, where the same act wrote it."""
    pair = changes.get(field.currency) if field.currency else None
    return str(pair[1] or "") if isinstance(pair, list) else ""


def value_said(field: Field, value: Any, labels: Labels, *, currency: str = "") -> str:
    if value is None or value == "":
        return ""
    if field.kind == "relation":
        return _name(field, value, labels)
    if field.kind in ("address", "file"):
        return value_text(field, value) if isinstance(value, Mapping) else str(value)
    if field.kind == "datetime":
        moment = parse_datetime(str(value))
        return value_text(field, moment) if moment else str(value)
    try:
        parsed = parse_value(field.kind, value, options={**field.options(), "max_length": None})
    except BadValue:
        return str(value)
    text = value_text(field, parsed, currency=currency)
    return text if len(text) <= _MOST else text[: _MOST - 3] + "…"


def _name(field: Field, value: Any, labels: Labels) -> str:
    try:
        return labels.get(field.target, UUID(str(value))) or _("(not visible to you)")
    except ValueError:
        return str(value)
