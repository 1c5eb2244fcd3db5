"""Records as JSON: a flat object by the registry's fields; relations as an id and, beside it, what it is called.

Labels of a whole page are fetched with one query for each entity that its relations point to, and only of records
that the reader may see.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.compound import token_of
from kernel.errors import Invalid, Problem
from kernel.query import labels_for
from kernel.registry import Entity, Field, registry

#: What every record carries beside the fields its engine wrote down.
SYSTEM = ("id", "version", "created_at", "updated_at")

NO_SUCH_FIELD = Problem("unknown_field", _("There is no field of this name here."))
NO_RELATION = Problem("not_a_relation", _("Only a relation can be expanded."))


def scalar(value: Any) -> Any:
    """One value as JSON has it: decimals exact, as text; times in UTC with a Z."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


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
    return tuple(dict.fromkeys(("id", *system_fields(entity), *entity.all_fields, *loose_currencies(entity))))


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
            spec = entity.all_fields.get(name)
            if spec is None or spec.kind != "relation":
                raise Invalid({"expand": [NO_SUCH_FIELD if spec is None else NO_RELATION]})
        names = tuple(n for n in known if n == "id" or n in wanted) if wanted else known
        return cls(entity, names, expanded)

    def rows(self, records: Sequence[Any], actor: Actor) -> list[dict[str, Any]]:
        relations = [self.entity.field(n) for n in self.names if self._is_relation(n)]
        labels = _labels(relations, records, actor)
        known = self.entity.all_fields
        plain = [
            (n, known[n].column if n in known else n, _writer(known.get(n)))
            for n in self.names
            if not self._is_relation(n)
        ]
        return [self._row(record, plain, relations, labels) for record in records]

    def row(self, record: Any, actor: Actor) -> dict[str, Any]:
        return self.rows([record], actor)[0]

    def _is_relation(self, name: str) -> bool:
        spec = self.entity.all_fields.get(name)
        return spec is not None and spec.kind == "relation"

    def _row(
        self, record: Any, plain: list[tuple[str, str, Callable[[Any], Any]]], relations: list[Field],
        labels: dict[str, dict[UUID, str]],
    ) -> dict[str, Any]:  # fmt: skip
        written = {name: write(getattr(record, column)) for name, column, write in plain}
        for spec in relations:
            pk = getattr(record, spec.column)
            label = labels.get(spec.target, {}).get(pk) if pk else None
            if spec.name in self.expanded:
                written[spec.name] = {"id": str(pk), "label": label} if pk else None
            else:
                written[spec.name] = str(pk) if pk else None
                written[f"{spec.name}_label"] = label
        # As the engine ordered them: plain values and relations mixed.
        order = [key for n in self.names for key in (n, f"{n}_label") if key in written]
        return {key: written[key] for key in order}


def _labels(relations: Iterable[Field], records: Sequence[Any], actor: Actor) -> dict[str, dict[UUID, str]]:
    wanted: dict[str, set[UUID]] = {}
    for spec in relations:
        ids = wanted.setdefault(spec.target, set())
        ids.update(pk for record in records if (pk := getattr(record, spec.column)))
    return {target: labels_for(target, ids, actor=actor) for target, ids in wanted.items() if ids}
