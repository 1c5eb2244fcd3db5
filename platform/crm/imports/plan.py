"""A mapping made ready to run: which cell goes where, read how, and by what records are recognised."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.cells import CellReader
from crm.imports.reader import Column
from kernel.access import Actor
from kernel.errors import Invalid, Problem
from kernel.registry import Entity, Field, registry

Mapped = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class ValueColumn:
    """A column whose cell becomes the value of a field."""

    column: Column
    path: str
    field: Field
    read: CellReader


@dataclass(frozen=True)
class RelationColumn:
    """A relation found by a column's text, with columns that are values of the related record.

    `key` is the related entity's field that the text is looked for in; "" tries its title and match fields.
    `scope` is the field, of both entities, in which the related record must agree (a deal's stage is one of the
    deal's pipeline).
    """

    column: Column
    path: str
    field: Field
    target: Entity
    key: str = ""
    scope: str = ""
    parts: tuple[ValueColumn, ...] = ()
    links: tuple[RelationColumn, ...] = ()


@dataclass(frozen=True)
class Plan:
    entity: Entity
    values: tuple[ValueColumn, ...]
    relations: tuple[RelationColumn, ...]
    match: tuple[str, ...]
    create_related: bool
    #: The relation to records of the same entity, which may stand in the same file.
    own: RelationColumn | None = None
    #: Required fields that no column brings: rows may then only change what exists.
    lacking: tuple[str, ...] = ()
    columns_by_field: Mapping[str, str] = field(default_factory=dict)
    #: The column that names the tags of a record.
    tags: Column | None = None


def signature(columns: Sequence[Column]) -> str:
    """The same headings in the same order have the same signature."""
    return hashlib.sha256("\x1f".join(column.name.casefold() for column in columns).encode()).hexdigest()


def targets_of(value: str | Sequence[str] | None) -> list[str]:
    """A column may go to several places; nothing and "skip" mean none."""
    given = [value] if isinstance(value, str) else list(value or ())
    return [target for target in given if target and target != "skip"]


def make_plan(
    entity: Entity, columns: Sequence[Column], mapping: Mapped, match: Sequence[str], options: Mapping[str, Any],
    *, actor: Actor,
) -> Plan:  # fmt: skip
    """Raises Invalid, with problems by column name ("match" for the match key), for choices that cannot be run."""
    problems: dict[str, list[Problem]] = {}
    by_name = {column.name: column for column in columns}
    places: dict[str, Column] = {}
    for name, given in mapping.items():
        for path in targets_of(given):
            column = by_name.get(name)
            problem = _problem(entity, path, column, places)
            if problem or column is None:
                problems.setdefault(name, []).append(problem or _NO_COLUMN)
            else:
                places[path] = column
    if not places and not problems:
        problems["mapping"] = [Problem("nothing_mapped", _("Choose a field for at least one column."))]
    if problems:
        raise Invalid(problems)
    return _Builder(entity, places, options, actor).plan(match)


_NO_COLUMN = Problem("unknown_column", _("The file has no column of this name."))


def _problem(entity: Entity, path: str, column: Column | None, places: Mapping[str, Column]) -> Problem | None:
    if column is None:
        return _NO_COLUMN
    if path in places:
        message = _("The columns “{one}” and “{two}” go to the same field. Choose one of them.")
        return Problem("mapped_twice", format_lazy(message, one=places[path].name, two=column.name))
    field_ = find_field(entity, path)
    if field_ is None:
        return Problem("unknown_field", format_lazy(_("There is no field “{name}” here."), name=path[:100]))
    if not is_settable(field_):
        return Problem("read_only", format_lazy(_("The field “{name}” cannot be set by an import."), name=field_.label))
    return None


def is_settable(field_: Field) -> bool:
    """Whether a column may bring it: fields that people write, and the tags that hang on a record."""
    return not field_.readonly or bool(field_.asks)


def find_field(entity: Entity, path: str) -> Field | None:
    """The field at "name" or "relation.name"; None where there is none."""
    first, dot, rest = path.partition(".")
    aside = next((one for one in entity.asides if one.name == path), None)
    if aside is not None:
        return aside
    field_ = entity.all_fields.get(first)
    if not dot or field_ is None:
        return field_
    return registry.entity(field_.target).all_fields.get(rest) if field_.kind == "relation" else None


class _Builder:
    def __init__(self, entity: Entity, places: Mapping[str, Column], options: Mapping[str, Any], actor: Actor) -> None:
        hanging = {aside.name for aside in entity.asides}
        self.tags = next((column for path, column in places.items() if path in hanging), None)
        self.entity, self.actor = entity, actor
        self.places = {path: column for path, column in places.items() if path not in hanging}
        self.options = options
        self.by_column: Mapping[str, Any] = options.get("columns") or {}

    def plan(self, match: Sequence[str]) -> Plan:
        values = tuple(
            self._value(path, self.entity.field(path), column)
            for path, column in self.places.items()
            if "." not in path and self.entity.field(path).kind != "relation"
        )
        relations = self._relations()
        brought = {v.field.name for v in values} | {r.field.name for r in relations}
        lacking = tuple(
            f.name for f in self.entity.editable_fields if f.required and f.default is None and f.name not in brought
        )
        own = next((r for r in relations if r.target.name == self.entity.name), None)
        return Plan(
            self.entity, self._money_last(values), relations, self._match(match, brought),
            create_related=bool(self.options.get("create_related", True)), own=own, lacking=lacking,
            columns_by_field={p.partition(".")[0]: c.name for p, c in reversed(list(self.places.items()))},
            tags=self.tags,
        )  # fmt: skip

    def _money_last(self, values: Sequence[ValueColumn]) -> tuple[ValueColumn, ...]:
        """A money value is read in its row's currency, which must be known by then."""
        return tuple(sorted(values, key=lambda value: value.field.kind == "money"))

    def _value(self, path: str, field_: Field, column: Column) -> ValueColumn:
        owner = registry.entity(self.entity.field(path.partition(".")[0]).target) if "." in path else self.entity
        chosen = self.by_column.get(column.name) or {}
        return ValueColumn(column, path, field_, CellReader(owner, field_, chosen, self.actor))

    def _match(self, match: Sequence[str], brought: set[str]) -> tuple[str, ...]:
        for name in match:
            if name not in self.entity.all_fields or name not in brought:
                message = _("No column brings the field “{name}”, so rows cannot be recognised by it.")
                raise Invalid.one("match", "match_not_mapped", format_lazy(message, name=name[:100]))
        return tuple(dict.fromkeys(match))

    def _relations(self) -> tuple[RelationColumn, ...]:
        names = dict.fromkeys(path.partition(".")[0] for path in self.places)
        fields = [self.entity.field(name) for name in names if self.entity.field(name).kind == "relation"]
        built = [self._relation(field_) for field_ in fields]
        scopes = {relation.scope for relation in built}
        return tuple(sorted(built, key=lambda r: (r.field.name not in scopes, bool(r.scope))))

    def _relation(self, field_: Field) -> RelationColumn:
        target = registry.entity(field_.target)
        parts = {p.partition(".")[2]: c for p, c in self.places.items() if p.startswith(f"{field_.name}.")}
        column, key = self.places.get(field_.name), ""
        if column is None:
            key = next((name for name in (target.title, *target.match) if name in parts), "")
            if not key:
                message = _("Choose a column that names the {entity}, so that its other values find their place.")
                first = next(iter(parts.values()))
                raise Invalid.one(first.name, "relation_unnamed", format_lazy(message, entity=field_.label))
            column = parts[key]
        subs = {name: c for name, c in parts.items() if name != key}
        plain = tuple(
            self._value(f"{field_.name}.{name}", target.field(name), c)
            for name, c in subs.items()
            if target.field(name).kind != "relation"
        )
        links = tuple(
            RelationColumn(c, f"{field_.name}.{name}", target.field(name), registry.entity(target.field(name).target))
            for name, c in subs.items()
            if target.field(name).kind == "relation"
        )
        path = f"{field_.name}.{key}" if key else field_.name
        return RelationColumn(column, path, field_, target, key, self._scope(target), self._money_last(plain), links)

    def _scope(self, target: Entity) -> str:
        """A required relation that both entities have under one name, to one entity."""
        for field_ in target.editable_fields:
            mine = self.entity.all_fields.get(field_.name)
            if field_.kind == "relation" and field_.required and mine and mine.target == field_.target:
                return field_.name
        return ""
