"""Roll-ups set-based: one grouped query for as many parents as there are, and what becomes of money.

Money is added up in one currency or not at all: where the counted records disagree, the amount is blank and its
currency says XXX, which ISO 4217 gives to "no currency", so that such records can be found. An amount without a
currency is in the workspace's.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Coalesce, NullIf

from kernel import custom
from kernel.access import system_actor
from kernel.derived.plans import RollupField
from kernel.money_input import home_currency
from kernel.query.filters import apply_filters
from kernel.registry import registry
from kernel.text.digits import to_places

MIXED = "XXX"
_HOW: dict[str, Any] = {"sum": Sum, "min": Min, "max": Max, "average": Avg}
#: Decimals of a mean where its field says nothing.
_PLACES = 4
Found = tuple[Any, str]


def aggregate(rollup: RollupField, ids: Collection[UUID]) -> dict[UUID, Found]:
    """Value and currency for each of these parents that has anything to count."""
    rows = _counted(rollup, ids)
    if rollup.of is None:
        return {
            row["parent_key"]: (row["number"], "") for row in rows.values("parent_key").annotate(number=Count("pk"))
        }
    assert rollup.field.rollup is not None
    value = _HOW[rollup.field.rollup.how](rollup.of.source)
    rows = rows.filter(**{f"{rollup.of.column}__isnull": False})
    if not rollup.of.currency:
        return {row["parent_key"]: (row["found"], "") for row in rows.values("parent_key").annotate(found=value)}
    home = home_currency() or MIXED
    currency = registry.entity(rollup.child).field(rollup.of.currency)
    given = NullIf(currency.source, Value(""), output_field=TextField())
    rows = rows.annotate(in_currency=Coalesce(given, Value(home), output_field=TextField()))
    found: dict[UUID, Found] = {}
    for row in rows.values("parent_key", "in_currency").annotate(found=value):
        mixed = row["parent_key"] in found
        found[row["parent_key"]] = (None, MIXED) if mixed else (row["found"], row["in_currency"])
    return found


def _counted(rollup: RollupField, ids: Collection[UUID]) -> QuerySet[Any]:
    child = registry.entity(rollup.child)
    rows = child.records().filter(Q(**{f"{rollup.relation.column}__in": list(ids)}))
    rows = apply_filters(child, rows, rollup.filters, system_actor("roll-up"))
    counted: QuerySet[Any] = rows.order_by().annotate(parent_key=F(rollup.relation.column))
    return counted


def put_found(rollup: RollupField, record: Any, found: Found | None) -> set[str]:
    """Write a roll-up into its record; the names of what is different now."""
    value, currency = found or _of_nothing(rollup)
    places = rollup.field.places
    if isinstance(value, Decimal) and (places is not None or rollup.field.rollup.how == "average"):  # type: ignore[union-attr] # a roll-up has one
        value = to_places(value, _PLACES if places is None else places)
    if rollup.field.kind == "integer" and isinstance(value, Decimal):
        value = int(to_places(value, 0))
    changed = write_derived(rollup.field, record, value)
    if rollup.currency is not None:
        changed |= write_derived(rollup.currency, record, currency or None)
    return changed


def _of_nothing(rollup: RollupField) -> Found:
    """No record counts nought and adds up to nought; the least of none is blank."""
    assert rollup.field.rollup is not None
    if rollup.field.rollup.how == "count":
        return 0, ""
    return (Decimal(0), home_currency()) if rollup.field.rollup.how == "sum" else (None, "")


def write_derived(field: Any, record: Any, value: Any) -> set[str]:
    """Put a derived value into `extra`; the field's name when that changed anything."""
    encode = _ENCODED.get(type(value))
    kept = encode(value) if encode else custom.encode(field, value)
    if record.extra.get(field.name) == kept:
        return set()
    if kept is None:
        record.extra.pop(field.name, None)
    else:
        record.extra[field.name] = kept
    return {field.name}


#: What custom.encode says of the values that formulas mostly give, without asking what they are.
_ENCODED: dict[type, Any] = {
    Decimal: lambda value: format(value.normalize(), "f"), str: lambda value: value or None, bool: bool, int: int,
    type(None): lambda _value: None,
}  # fmt: skip
