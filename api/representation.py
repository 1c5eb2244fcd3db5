"""Records as JSON: a flat object by the registry's fields; relations as an id and, beside it, what it is called.

Labels of a whole page are fetched with one query for each entity that its relations point to, and only of records
that the reader may see; what hangs on the records, such as tags, with one query for each kind of it that is asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.asides import Worn, asides_of, read_asides
from kernel.compound import token_of
from kernel.custom import reader
from kernel.errors import Invalid, Problem
from kernel.query import labels_for
from kernel.registry import Entity, Field, registry

#: What every record carries beside the fields its engine wrote down.
SYSTEM = ("id", "version", "created_at", "updated_at")

NO_SUCH_FIELD = Problem("unknown_field", _("There is no field of this name here."))
NO_RELATION = Problem("not_a_relation", _("Only a relation can be expanded."))


def scalar(value: Any) -> Any:
    """One value as JSON has it: decimals exact, as text; times in UTC with a Z."""
    write = _SCALARS.get(type(value))
    return value if write is None else write(value)


_SCALARS: dict[type, Callable[[Any], str]] = {
    Decimal: lambda value: format(value, "f"),
    datetime: lambda value: value.isoformat().replace("+00:00", "Z"),
    date: date.isoformat,
    UUID: str,
}


def number(value: Any) -> Any:
    """Numbers that are not whole go out as text, whichever column holds them."""
    return None if value is None else format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")


def system_fields(entity: Entity) -> tuple[str, ...]:
    """The system's columns that this entity has and does not list itself."""
    columns = {f.name for f in entity.model_class._meta.get_fields()}
    # What the engine lists is a field like others, which may be hidden from this reader.
    listed = registry.entity(entity.name).all_fields
    return tuple(name for name in SYSTEM if name in columns and name not in listed)


def output_names(entity: Entity) -> tuple[str, ...]:
    names = ("id", *system_fields(entity), *entity.all_fields, *asides_of(entity), *loose_currencies(entity))
    return tuple(dict.fromkeys(names))


def loose_currencies(entity: Entity) -> tuple[str, ...]:
    """Currency columns that an engine did not list, shown beside their amount all the same."""
    names = (f.currency for f in entity.all_fields.values() if f.kind == "money")
    listed = registry.entity(entity.name).all_fields
    return tuple(n for n in dict.fromkeys(names) if n and n not in listed)


def split(values: Iterable[str]) -> list[str]:
    """`a,b` and repeats of a parameter alike."""
    return [name for value in values for name in value.split(",") if name]


def _file(value: Any) -> Any:
    """What it is, and the token by which another record may be given the same file."""
    if value is None:
        return None
    return {"name": value["name"], "size": value["size"], "type": value["type"], "token": token_of(value)}


def _writer(spec: Field | None) -> Callable[[Any], Any]:
    if spec is not None and spec.kind == "file":
        return _file
    return number if spec is not None and spec.kind in ("decimal", "money", "percent") else scalar


@dataclass(frozen=True)
class Shape:
    """Which fields to write and which relations to write out."""

    entity: Entity
    names: tuple[str, ...]
    expanded: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, entity: Entity, fields: Iterable[str] = (), expand: Iterable[str] = ()) -> "Shape":
        """The shape that `?fields=` and `?expand=` ask for; Invalid for names that are not there."""
        known = output_names(entity)
        wanted, expanded = split(fields), frozenset(split(expand))
        if any(name not in known for name in wanted):
            raise Invalid({"fields": [NO_SUCH_FIELD]})
        for name in expanded:
            spec = entity.all_fields.get(name) or asides_of(entity).get(name)
            if spec is None or spec.kind != "relation":
                raise Invalid({"expand": [NO_SUCH_FIELD if spec is None else NO_RELATION]})
        names = tuple(n for n in known if n == "id" or n in wanted) if wanted else known
        return cls(entity, names, expanded)

    @cached_property
    def asides(self) -> tuple[str, ...]:
        """What is asked for of that which hangs on the records."""
        known = asides_of(self.entity)
        return tuple(name for name in self.names if name in known)

    def worn(self, records: Sequence[Any], actor: Actor) -> dict[str, Worn]:
        return read_asides(self.entity, self.asides, records, actor=actor)

    def rows(self, records: Sequence[Any], actor: Actor, worn: dict[str, Worn] | None = None) -> list[dict[str, Any]]:
        """`worn` where it was read already."""
        relations = [self.entity.field(n) for n in self.names if self._is_relation(n)]
        labels = _labels(relations, records, actor)
        worn = self.worn(records, actor) if worn is None else worn
        writers = [self._hanging(n, worn[n]) if n in worn else self._part(n, labels) for n in self.names]
        rows: list[dict[str, Any]] = []
        for record in records:
            row: dict[str, Any] = {}
            for write in writers:
                write(record, row)
            rows.append(row)
        return rows

    def row(self, record: Any, actor: Actor, worn: dict[str, Worn] | None = None) -> dict[str, Any]:
        return self.rows([record], actor, worn)[0]

    def _is_relation(self, name: str) -> bool:
        spec = self.entity.all_fields.get(name)
        return spec is not None and spec.kind == "relation"

    def _part(self, name: str, labels: dict[str, dict[UUID, str]]) -> Callable[[Any, dict[str, Any]], None]:
        """What writes one field of a record into its row: worked out once for all records."""
        spec = self.entity.all_fields.get(name)
        value_of = reader(spec) if spec else attrgetter(name)
        if spec is None or spec.kind != "relation":
            write = _writer(spec)

            def plain(record: Any, row: dict[str, Any]) -> None:
                row[name] = write(value_of(record))

            return plain
        known, key, expanded = labels.get(spec.target, {}), f"{name}_label", name in self.expanded

        def relation(record: Any, row: dict[str, Any]) -> None:
            pk = value_of(record)
            if expanded:
                row[name] = {"id": str(pk), "label": known.get(pk)} if pk else None
            else:
                row[name], row[key] = (str(pk), known.get(pk)) if pk else (None, None)

        return relation

    def _hanging(self, name: str, worn: Worn) -> Callable[[Any, dict[str, Any]], None]:
        """As a relation is written, but a list of them."""
        key, expanded = f"{name}_label", name in self.expanded

        def write(record: Any, row: dict[str, Any]) -> None:
            found = worn.get(record.pk, ())
            if expanded:
                row[name] = [{"id": str(pk), "label": label} for pk, label in found]
            else:
                row[name], row[key] = [str(pk) for pk, _label in found], [label for _pk, label in found]

        return write


def _labels(relations: Iterable[Field], records: Sequence[Any], actor: Actor) -> dict[str, dict[UUID, str]]:
    wanted: dict[str, set[UUID]] = {}
    for spec in relations:
        ids = wanted.setdefault(spec.target, set())
        ids.update(pk for record in records if (pk := getattr(record, spec.column)))
    return {target: labels_for(target, ids, actor=actor) for target, ids in wanted.items() if ids}
