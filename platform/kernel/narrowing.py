"""An entity as one actor may know it: hidden fields are not there, masked and read-only ones say so.

Every face takes its Entity from `kernel.access.entity_for`; services look at the whole one, and ask `refuse_fields`
before they write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import TextField, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, TypeHere
from kernel.errors import Invalid, Problem
from kernel.masking import PREFIX, mask
from kernel.registry import Entity, Field, Section, registry

TYPE, TERRITORY = "record_type_id", "territory"
NOT_YOURS = Problem("read_only", _("You may not change this value."))
UNKNOWN = Problem("unknown_field", _("There is no field of this name here."))
NO_TYPE = Problem("not_found", _("There is no such type here. Choose another."))


def whole(entity: str | Entity) -> Entity:
    """The entity with everything it has, also when a narrowed one is given."""
    return registry.entity(entity.name if isinstance(entity, Entity) else entity)


def narrowed_for(actor: Actor, entity: str | Entity) -> Entity:
    """The entity as this actor may know it; worked out once for each actor."""
    kind = whole(entity)
    kept: tuple[Entity, Entity, str | None] | None = actor.memo.get(kind.name)
    language = get_language()
    if kept is not None and kept[0] is kind and kept[2] == language:
        return kept[1]
    levels = field_levels(actor, kind)
    types = types_of(actor, kind)
    narrowed = kind if not levels and TYPE not in kind.all_fields else _narrow(kind, actor, levels, types)
    actor.memo[kind.name] = (kind, narrowed, language)
    return narrowed


def field_levels(actor: Actor, kind: Entity) -> dict[str, str]:
    """Fields of this entity that are less than "edit" for this actor. A record's name and owner are always shown."""
    if actor.system or not actor.fields:
        return {}
    levels = {name: level for name in kind.all_fields if (level := actor.fields.get(field_code(kind, name)))}
    for name in (kind.title, kind.owner):
        if levels.get(name) in ("hidden", "masked"):
            levels[name] = "read"
    for field in kind.all_fields.values():
        # An amount says nothing without its currency, and a currency little without amounts.
        if field.currency in levels and levels.get(field.name, "edit") in ("read", "edit"):
            levels[field.currency] = "read"
    return levels


def field_code(kind: Entity, name: str) -> str:
    return f"{kind.engine}.{kind.name}.{name}"


def types_of(actor: Actor, entity: str | Entity) -> tuple[TypeHere, ...]:
    """Record types of an entity that the actor may know of."""
    name = entity.name if isinstance(entity, Entity) else entity
    return tuple(one for one in actor.types if one.entity == name and one.open)


def type_label(one: TypeHere) -> str:
    names = one.names
    return str(names.get((get_language() or "")[:2]) or next((n for n in names.values() if n), one.key))


def _narrow(kind: Entity, actor: Actor, levels: Mapping[str, str], types: tuple[TypeHere, ...]) -> Entity:
    fields: dict[str, Field] = {}
    for name, field in kind.all_fields.items():
        if name == TYPE:
            if types:
                fields[name] = _type_field(field, types, levels.get(name, "edit"))
        elif name == TERRITORY and not actor.has_territories and TYPE in kind.all_fields:
            continue
        elif levels.get(name) != "hidden":
            fields[name] = _shown(kind, field, actor, levels.get(name, "edit"))
    clear = {name for name, field in fields.items() if not field.masked}
    board = kind.board
    if board is not None:
        lost = {board.lane, *([board.group] if board.group in kind.all_fields else [])} - clear
        summed = board.sum if board.sum in clear else ""
        board = None if lost else replace(board, sum=summed, card=_kept(board.card, fields))
    sort = kind.sort if kind.sort.lstrip("-") in clear else kind.title
    narrowed = replace(
        kind, cut=True, columns=_kept(kind.columns, fields), glance=_kept(kind.glance, fields), board=board, sort=sort,
        match=_kept(kind.match, clear) or (kind.title,), subtitle=kind.subtitle if kind.subtitle in clear else "",
        listed_by=tuple(
            replace(one, columns=_kept(one.columns, fields)) for one in kind.listed_by if one.field in clear
        ),
    )  # fmt: skip
    filters = [fields[f.name] for f in kind.filter_fields if f.name in clear and f.name not in (TYPE, TERRITORY)]
    filters += [*(fields[name] for name in (TYPE, TERRITORY) if name in clear), *kind.asides]
    narrowed.__dict__.update(
        all_fields=fields,
        filter_fields=tuple(filters),
        sections=tuple(_sections(kind, fields)),
    )
    return narrowed


def _kept(names: Iterable[str], among: Iterable[str]) -> tuple[str, ...]:
    seen = set(among)
    return tuple(name for name in names if name in seen)


def _shown(kind: Entity, field: Field, actor: Actor, level: str) -> Field:
    if level == "edit":
        return field
    if level == "read":
        return replace(field, readonly=True, required=False)
    # As text under another column, which records answer masked and which no query knows: whoever forgets about masks
    # shows dots or fails, and never the value.
    masked = replace(
        field, kind="text", readonly=True, required=False, choices=(), target="", currency="", default=None,
        masked=True, revealable=field_code(kind, field.name) in actor.reveals,
        expression=None if field.stored else Value(None, output_field=TextField()),
    )  # fmt: skip
    masked.__dict__["column"] = f"{PREFIX}{field.column}"
    return masked


def _type_field(field: Field, types: tuple[TypeHere, ...], level: str) -> Field:
    choices = tuple((str(one.id), type_label(one)) for one in types)
    first = next((str(one.id) for one in types if one.default and one.active), None)
    return replace(field, kind="choice", choices=choices, readonly=level != "edit", in_list=True, default=first)


def _sections(kind: Entity, fields: Mapping[str, Field]) -> Iterable[Section]:
    for number, section in enumerate(kind.sections):
        names = _kept((n for n in section.fields if n not in (TYPE, TERRITORY)), fields)
        if number == 0 and TYPE in kind.all_fields:
            names = (*names, *_kept((TYPE, TERRITORY), fields))
        if names:
            yield replace(section, fields=names)


# ── writing, and reading what was written ──
def refuse_fields(entity: str | Entity, names: Iterable[str], *, actor: Actor) -> None:
    """Raise Invalid, by field, where the actor may not set what these name (by field or column)."""
    kind = whole(entity)
    levels = field_levels(actor, kind)
    if not levels:
        return
    by_column = {field.column: name for name, field in kind.all_fields.items()}
    problems = {}
    for name in names:
        level = levels.get(by_column.get(name, name), "edit")
        if level != "edit":
            problems[name] = [UNKNOWN if level == "hidden" else NOT_YOURS]
    if problems:
        raise Invalid(problems)


def refuse_matching(entity: str | Entity, names: Iterable[str], *, actor: Actor) -> None:
    """Raise Invalid where records would be told apart by what the actor may not read."""
    levels = field_levels(actor, whole(entity))
    bad = {name: [UNKNOWN] for name in names if levels.get(name) in ("hidden", "masked")}
    if bad:
        raise Invalid(bad)


def refuse_type(entity: str | Entity, given: Any, *, actor: Actor) -> None:
    """Raise Invalid for a record type that is not this actor's to give."""
    if given is None or actor.system:
        return
    if not any(str(one.id) == str(given) and one.active for one in types_of(actor, entity)):
        raise Invalid({TYPE: [NO_TYPE]})


def default_type(entity: str | Entity, actor: Actor) -> UUID | None:
    return next((one.id for one in types_of(actor, entity) if one.default and one.active), None)


def seen_changes(entity: str | Entity, changes: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """What an audit row may show this actor: without hidden fields, masked ones masked."""
    levels = field_levels(actor, whole(entity))
    if not levels:
        return dict(changes)
    shown: dict[str, Any] = {}
    for name, pair in changes.items():
        level = levels.get(name)
        if level == "hidden":
            continue
        shown[name] = [mask(value) for value in pair] if level == "masked" and isinstance(pair, list) else pair
    return shown
