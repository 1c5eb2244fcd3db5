"""Values of fields that an organization made itself. They live together in the JSON column `extra` of every record.

One static model serves every workspace that way: making a field takes no lock and no DDL, and releases, archives and
COPY stay as they are. Queries meet such a field as an expression over `extra`, of the type its kind has, under the same
name as a column; an index over that expression makes it as fast as one. See docs/decisions/0018.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, Func, UUIDField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Collate

from kernel import compound
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.registry import Field

#: Names of the organization's own fields and entities begin so, and no others.
PREFIX = "x_"
NUMBERS = frozenset({"integer", "decimal", "money", "percent", "rating"})
#: Kept as an object whose "text" is what people see and look for.
COMPOUND = frozenset({"address", "file"})
#: Sorted as people read; what is never read as words is compared by its bytes.
_READ = frozenset({"text", "longtext", "address", "file"})


class _Date(Func):
    """Immutable, unlike a cast, so that an index may hold it; what is stored is always ISO."""

    function = "ext.pv_date"
    output_field = DateField()


class _Moment(Func):
    function = "ext.pv_moment"
    output_field = DateTimeField()


class _Number(Func):
    template = "(%(expressions)s)::numeric"
    output_field = DecimalField(max_digits=60, decimal_places=20)


def expression(name: str, kind: str) -> Any:
    """What a query says for the field: the value in `extra` with the type of its kind."""
    if kind in COMPOUND:
        return Collate(KeyTextTransform("text", KeyTransform(name, "extra")), "fa-x-icu")
    text = KeyTextTransform(name, "extra")
    if kind in NUMBERS:
        return _Number(text)
    if kind == "date":
        return _Date(text)
    if kind == "datetime":
        return _Moment(text)
    if kind == "bool":
        # What was never ticked is a no, so that one finds it by asking for one.
        return Coalesce(Cast(text, BooleanField()), Value(False), output_field=BooleanField())
    if kind in ("relation", "uuid"):
        return Cast(text, UUIDField())
    if kind == "multichoice":
        return KeyTransform(name, "extra")
    return Collate(text, "fa-x-icu" if kind in _READ else "C")


def encode(field: Field, value: Any) -> Any:
    """The value as `extra` keeps it: what JSON has, exact. None: it is left out."""
    value = getattr(value, "pk", value)
    if value in (None, "", [], ()):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, UUID):
        return str(value)
    if field.kind in COMPOUND:
        return {**value, "text": compound.text_of(field.kind, value)}
    return list(value) if isinstance(value, tuple) else value


def decode(field: Field, kept: Any) -> Any:
    """The value as records have it."""
    if kept is None:
        return _NOTHING.get(field.kind, lambda: None)()
    read = _READERS.get(field.kind)
    return read(kept) if read else kept


#: What a record has where nothing is kept.
_NOTHING: dict[str, Any] = {"multichoice": list, "bool": bool}
_READERS: dict[str, Any] = {
    "integer": int, "rating": int, "decimal": Decimal, "money": Decimal, "percent": Decimal,
    "date": date.fromisoformat, "datetime": datetime.fromisoformat, "relation": UUID, "uuid": UUID,
    "address": compound.without_text, "file": compound.without_text,
}  # fmt: skip


def read(record: Any, column: str) -> Any:
    """The record's value of an own field, by what a query calls it; AttributeError where there is no such field."""
    field = registry.entity(record.entity_name).own_fields.get(column)
    if field is None:
        raise AttributeError(f"{record.entity_name!r} has no field {column!r}")
    return decode(field, record.extra.get(field.name))


def reader(field: Field) -> Callable[[Any], Any]:
    """`getattr(record, field.column)` for many records: an own field is not looked up for each of them again."""
    if field.masked or not field.in_extra:
        return attrgetter(field.column)
    return lambda record: decode(field, record.extra.get(field.name))


def write(field: Field, record: Any, value: Any) -> None:
    kept = encode(field, value)
    if kept is None:
        record.extra.pop(field.name, None)
    else:
        record.extra[field.name] = kept
