"""What a roll-up may count: which records, which of their fields, and how they may be narrowed down.

A total counts every related record and shows the same to every reader. So only who may see all of those records, and
the fields that it reads, may define it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from crm.customization.services import can_have_fields
from kernel.access import Actor, entity_for, records_visible_to, visible
from kernel.custom import NUMBERS
from kernel.errors import Invalid
from kernel.grounds import grounds_of
from kernel.query.filters import parse_filters
from kernel.registry import Entity, Field, registry

HOW = ("count", "sum", "min", "max", "average")
#: Decimals where nobody says otherwise.
PLACES = {"decimal": 4, "money": 2, "percent": 2}
MOST_PLACES = 10
_ORDERED = NUMBERS | {"date", "datetime"}
#: A related record is chosen with a tick only where there are few of them, as stages of a pipeline.
_FEW = 20
Ticks = list[tuple[Field, list[tuple[str, Any]]]]


def sees_all(actor: Actor, entity: str | Entity) -> bool:
    """Whether no record of this entity is kept from the actor."""
    kind = registry.entity(entity)
    if not kind.is_part:
        return not visible(kind, actor)
    if grounds_of(kind, actor, "view").condition():
        return False
    ends = {kind.field(name).target for name in kind.within}
    if kind.hangs_on:
        ends = {one.name for one in registry.entities_of(actor.engines) if not one.is_part}
    return all(sees_all(actor, end) for end in ends)


def readable_by(actor: Actor, entity: str) -> Callable[[str], Entity | None]:
    """How a definer sees entities: theirs, and others of which no record is kept from them; see `scope_of`."""
    return lambda name: entity_for(actor, name) if name == entity or sees_all(actor, name) else None


def places_of(kind: str, places: Any) -> int | None:
    """Decimals as they are kept; Invalid for what is no number of decimals."""
    if places is None:
        return PLACES.get(kind)
    if isinstance(places, bool) or not isinstance(places, int) or not 0 <= places <= MOST_PLACES:
        raise Invalid.one("places", "range", _("Decimals are a number from 0 to 10."))
    return places


def rollup_options(
    entity: str, child: str, relation: str, how: str, of: str, filters: Mapping[str, Any], places: int | None,
    *, actor: Actor,
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Kind and options of a roll-up field, or Invalid with what is wrong by name."""
    other = _countable(actor, child)
    link = other.all_fields.get(relation)
    if link is None or link.kind != "relation" or link.target != entity:
        raise Invalid.one("relation", "unknown", _("This field does not point to these records."))
    if how not in HOW:
        raise Invalid.one("how", "unknown", _("One can count, add up, and take the least, the most or the average."))
    kind = _kind_of(other, how, of)
    given = _filters(other, filters)
    kept = {"child": child, "relation": relation, "how": how, "of": "" if how == "count" else of, "filters": given}
    return kind, {"rollup": kept, "places": places_of(kind, places)}


def _countable(actor: Actor, child: str) -> Entity:
    """The counted records' entity without what is hidden from the actor; to who sees none, there is none."""
    kind = _heard(actor).get(child)
    if kind is None or not actor.may(kind.permission("view")):
        raise Invalid.one("child", "unknown", _("There are no such records."))
    if not sees_all(actor, child):
        message = _("A total counts every record of this kind. Only who may see all of them may make it.")
        raise Invalid.one("child", "not_all_seen", message)
    return entity_for(actor, child)


def _filters(child: Entity, filters: Mapping[str, Any]) -> dict[str, list[str]]:
    given = {str(name): _as_texts(values) for name, values in filters.items()}
    try:
        found = parse_filters(child, given)
    except Invalid as error:
        raise Invalid({"filters": [one for several in error.problems.values() for one in several]}) from None
    # What hangs on a record from outside, as tags do, changes without the record: a total would not hear of it.
    if any(one.field not in child.all_fields for one in found):
        raise Invalid.one("filters", "unknown_filter", _("One cannot filter by this."))
    if "me" in [text for texts in given.values() for text in texts]:
        raise Invalid.one("filters", "me", _("A total is the same for every reader; «me» has no meaning here."))
    return given


def _as_texts(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]


def _kind_of(child: Entity, how: str, of: str) -> str:
    if how == "count":
        return "integer"
    measured = child.all_fields.get(of)
    if measured is None or measured not in measures_of(child, how):
        raise Invalid.one("of", "unknown", _("Choose a field with numbers, or with days for the first and the last."))
    return "decimal" if how == "average" and measured.kind == "integer" else cast(str, measured.kind)


# ── what there is to choose from ──
def relations_to(*, actor: Actor, entity: str) -> list[tuple[Entity, Field]]:
    """Fields of other records that point to these, as far as the actor may see all of those records."""
    found = []
    for one in _heard(actor).values():
        if actor.may(one.permission("view")) and sees_all(actor, one):
            kind = entity_for(actor, one.name)
            fields = [f for f in kind.all_fields.values() if f.kind == "relation" and f.target == entity]
            found += [(kind, field) for field in fields]
    return found


def _heard(actor: Actor) -> dict[str, Entity]:
    """Entities of whose records every change is heard of, because they are written by kernel.records."""
    return {one.name: one for one in registry.entities_of(actor.engines) if can_have_fields(one)}


def measures_of(child: Entity, how: str) -> list[Field]:
    """What of these records can be added up, or has a least and a most."""
    kinds = _ORDERED if how in ("min", "max") else NUMBERS
    return [field for field in child.all_fields.values() if field.kind in kinds and not field.masked]


def ticks_of(actor: Actor, child: Entity, relation: str) -> Ticks:
    """By field: the values to which one can narrow the counted records down with ticks."""
    found: Ticks = []
    for field in child.filter_fields:
        if field.masked or field.name == relation or field.name not in child.all_fields:
            continue
        if field.kind == "choice":
            found.append((field, [(str(value), label) for value, label in field.choices]))
        elif field.kind == "bool":
            found.append((field, [("1", _("Yes")), ("0", _("No"))]))
        elif field.kind == "relation" and (few := _few(actor, field)):
            found.append((field, few))
    return found


def _few(actor: Actor, field: Field) -> list[tuple[str, Any]]:
    """Records that are words rather than things: stages, pipelines. Customers and people are chosen otherwise."""
    kind = {one.name: one for one in registry.entities_of(actor.engines)}.get(field.target)
    if kind is None or kind.has_owner or field.target in ("user", "team", "account", "contact"):
        return []
    rows = list(records_visible_to(actor, kind.name)[: _FEW + 1])
    return [(str(row.pk), kind.title_of(row)) for row in rows] if len(rows) <= _FEW else []
