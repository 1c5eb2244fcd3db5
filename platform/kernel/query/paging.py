"""Pages by key, not by number: page 10,000 costs what page 1 costs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid
from kernel.query.reaching import apart
from kernel.query.select import in_sequence, nullable, sort_key
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
    can_be_null = nullable(kind, column)
    if cursor is None:
        # Only a related record's column is worth a part of its own: an index has the other orders as they are.
        parts = _sides(column) if can_be_null and "__" in column else [_Part(Q())]
        rows = _top(queryset, parts, column, descending, size + 1)
        more = len(rows) > size
        return Page(rows[:size], _encode(rows[size - 1], column, key, "n") if more else None, None)
    way, value, pk = _decode(cursor, key)
    backwards = way == "p"
    down = descending != backwards
    parts = _beyond(column, value, pk, down, can_be_null, backwards)
    rows = _top(queryset.reverse() if backwards else queryset, parts, column, down, size + 1)
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


@dataclass(frozen=True)
class _Part:
    """Rows with a value, or those without one. They are read one after the other: of both in one condition no index
    could say where to begin.
    """

    condition: Q
    empty: bool = False


def _sides(column: str) -> list[_Part]:
    empty = f"{column}__isnull"
    return [_Part(Q(**{empty: False})), _Part(Q(**{empty: True}), empty=True)]


def _top(
    ordered: QuerySet[Any], parts: Sequence[_Part], column: str, down: bool, number: int
) -> list[Any]:  # fmt: skip
    """The first rows, found by their keys alone: sorting 100,000 rows with their relations takes ten times as long."""
    ids: list[Any] = []
    for part in parts:
        if len(ids) < number:
            rows = _walked(ordered.filter(part.condition), part, column, down).select_related(None)
            ids += _first(rows, column, down, number - len(ids))
    return list(ordered.filter(pk__in=ids)) if ids else []


def _first(rows: QuerySet[Any], column: str, down: bool, number: int) -> QuerySet[Any]:
    """Keys of the first rows, in their order."""
    ways = [rows]
    if "__" in column:
        ways = apart(rows, column.partition("__")[0], in_sequence(Coalesce(column, column), down))
    if len(ways) > 1:
        rows = rows.filter(pk__in={pk for way in ways for pk in way.values_list("pk", flat=True)[:number]})
    return rows.values_list("pk", flat=True)[:number]


def _walked(rows: QuerySet[Any], part: _Part, column: str, down: bool) -> QuerySet[Any]:
    """Where none is empty, in the order that the related records' own index has: they are walked, and what points at
    them is looked up, instead of joining and sorting everything. Orders that avoid an index on purpose stay.
    """
    first = next(iter(rows.query.order_by), None)
    if "__" not in column or part.empty or not isinstance(first, OrderBy) or not isinstance(first.expression, F):
        return rows
    return rows.order_by(*([f"-{column}", "-id"] if down else [column, "id"]))


def cursors_of(record: Any, entity: str | Entity, *, sort: str | None = None) -> tuple[str, str]:
    """Cursors of the pages before and after this very record, in a list of that order."""
    kind = registry.entity(entity)
    column, descending = sort_key(kind, sort)
    key = f"{'-' if descending else ''}{column}"
    return _encode(record, column, key, "p"), _encode(record, column, key, "n")


def _beyond(column: str, value: Any, pk: UUID, down: bool, can_be_null: bool, backwards: bool) -> list[_Part]:
    """Rows after (value, pk) going `down` or up; empty values stand last in both orders, first when read backwards."""
    then = "lt" if down else "gt"
    tie = Q(**{f"id__{then}": pk})
    if column == "id":
        return [_Part(tie)]
    if value is None:
        filled, empty = _sides(column)
        same = _Part(empty.condition & tie, empty=True)
        return [same, filled] if backwards else [same]
    # The outer bound says nothing new: it is what lets an index begin at this place instead of at the list's start.
    bound = Q(**{f"{column}__{then}e": value})
    further = _Part(bound & (Q(**{f"{column}__{then}": value}) | (Q(**{column: value}) & tie)))
    return [further, _sides(column)[1]] if can_be_null and not backwards else [further]


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


def count(queryset: QuerySet[Any], most: int | None = None) -> int:
    """How many records there are; with `most`, no more than these are looked for."""
    bare = queryset.order_by().select_related(None)
    return int(bare.count() if most is None else bare.values("pk")[:most].count())
