"""Pages by key, not by number: page 10,000 costs what page 1 costs."""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid
from kernel.query.select import nullable, sort_key
from kernel.registry import Entity, registry


@dataclass(frozen=True)
class Page:
    """Rows of one page with the cursors of its neighbours, None where there is none."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page(
    queryset: QuerySet[Any], entity: str | Entity, *, sort: str | None = None, size: int = 50,
    cursor: str | None = None,
) -> Page:  # fmt: skip
    """The page after (or before) a cursor, in the order that `kernel.query.select` gave the queryset."""
    kind = registry.entity(entity)
    column, descending = sort_key(kind, sort)
    key = f"{'-' if descending else ''}{column}"
    if cursor is None:
        rows = _top(queryset, size + 1)
        more = len(rows) > size
        return Page(rows[:size], _encode(rows[size - 1], column, key, "n") if more else None, None)
    way, value, pk = _decode(cursor, key)
    backwards = way == "p"
    condition = _beyond(column, value, pk, descending != backwards, nullable(kind, column), backwards)
    found = queryset.filter(condition)
    rows = _top(found.reverse() if backwards else found, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    has_next, has_previous = (True, more) if backwards else (more, True)
    return Page(
        rows,
        _encode(rows[-1], column, key, "n") if has_next else None,
        _encode(rows[0], column, key, "p") if has_previous else None,
    )


def _top(ordered: QuerySet[Any], number: int) -> list[Any]:
    """The first rows, found by their keys alone: sorting 100,000 rows with their relations takes ten times as long."""
    ids = list(ordered.select_related(None).values_list("pk", flat=True)[:number])
    return list(ordered.filter(pk__in=ids)) if ids else []


def cursors_of(record: Any, entity: str | Entity, *, sort: str | None = None) -> tuple[str, str]:
    """Cursors of the pages before and after this very record, in a list of that order."""
    kind = registry.entity(entity)
    column, descending = sort_key(kind, sort)
    key = f"{'-' if descending else ''}{column}"
    return _encode(record, column, key, "p"), _encode(record, column, key, "n")


def _beyond(column: str, value: Any, pk: UUID, down: bool, can_be_null: bool, backwards: bool) -> Q:
    """Rows after (value, pk) going `down` or up; empty values stand last in both orders, first when read backwards."""
    then = "lt" if down else "gt"
    if column == "id":
        return Q(**{f"id__{then}": pk})
    tie = Q(**{f"id__{then}": pk})
    if value is None:
        same = Q(**{f"{column}__isnull": True}) & tie
        return same | Q(**{f"{column}__isnull": False}) if backwards else same
    # The outer bound says nothing new: it is what lets an index begin at this place instead of at the list's start.
    bound = Q(**{f"{column}__{then}e": value})
    further = bound & (Q(**{f"{column}__{then}": value}) | (Q(**{column: value}) & tie))
    if can_be_null and not backwards:
        return further | Q(**{f"{column}__isnull": True})
    return further


def _value_of(row: Any, column: str) -> Any:
    for part in column.split("__"):
        row = getattr(row, part, None)
    return row


def _encode(row: Any, column: str, key: str, way: str) -> str:
    value = _value_of(row, column)
    kind = "n" if value is None else next((k for k, t in _TYPES.items() if isinstance(value, t)), "s")
    if isinstance(value, datetime | date):
        value = value.isoformat()
    data = json.dumps([key, way, kind, None if value is None else str(value), str(row.pk)])
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


_TYPES: dict[str, type] = {"b": bool, "i": int, "d": Decimal, "t": datetime, "a": date, "u": UUID}
_READ: dict[str, Any] = {
    "n": lambda text: None, "b": lambda text: text == "True", "i": int, "d": Decimal, "t": datetime.fromisoformat,
    "a": date.fromisoformat, "u": UUID, "s": str,
}  # fmt: skip


def _decode(cursor: str, key: str) -> tuple[str, Any, UUID]:
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        made_for, way, kind, text, pk = data
        if made_for != key or way not in ("n", "p"):
            raise ValueError(key)
        return way, _READ[kind](text), UUID(pk)
    except (ValueError, TypeError, KeyError, ArithmeticError, UnicodeDecodeError):
        message = _("This page marker is not one of this list. Start again from the first page.")
        raise Invalid.one("cursor", "bad_cursor", message) from None


def count(queryset: QuerySet[Any]) -> int:
    """How many records there are."""
    return int(queryset.order_by().select_related(None).count())
