"""Making and changing formula fields and roll-up fields; what they need cannot be taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import services
from crm.models import CustomField
from kernel import audit
from kernel.access import Actor, entity_for, require
from kernel.custom import NUMBERS
from kernel.derived import Node, current_plans, cycle_in, ensure_nightly, needed_by, refill, scope_of
from kernel.derived import setting_of_workspace as setting
from kernel.errors import Invalid, NotFound, Text
from kernel.formula import KEPT_AS, Program, build
from kernel.query.filters import parse_filters
from kernel.registry import Entity, Field, registry
from kernel.registry.overlay import forget_overlay

PERMISSION = "crm.customization.manage"
HOW = ("count", "sum", "min", "max", "average")
#: Decimals where nobody says otherwise.
PLACES = {"decimal": 4, "money": 2, "percent": 2}
_ORDERED = NUMBERS | {"date", "datetime"}


@transaction.atomic
def define_formula(
    *, actor: Actor, entity: str, name: str, label: Mapping[str, str], source: str, kind: str = "",
    places: int | None = None, help: Mapping[str, str] | None = None,
) -> CustomField:  # fmt: skip
    """Make a formula field. Without a kind it has the one that the formula gives; records are filled by a job."""
    require(actor, PERMISSION)
    kind, options = formula_options(entity, source, kind, places, actor=actor)
    with _valid(entity, name):
        return services.define_field(
            actor=actor, entity=entity, name=name, kind=kind, label=label, help=help, options=options
        )


@transaction.atomic
def define_rollup(
    *, actor: Actor, entity: str, name: str, label: Mapping[str, str], child: str, relation: str, how: str,
    of: str = "", filters: Mapping[str, Any] | None = None, places: int | None = None,
    help: Mapping[str, str] | None = None,
) -> CustomField:  # fmt: skip
    """Make a roll-up field over the records of `child` whose `relation` points to the record."""
    require(actor, PERMISSION)
    kind, options = rollup_options(entity, child, relation, how, of, filters or {}, places)
    with _valid(entity, name):
        return services.define_field(
            actor=actor, entity=entity, name=name, kind=kind, label=label, help=help, options=options
        )


@transaction.atomic
def change_formula(*, actor: Actor, entity: str, name: str, source: str, places: int | None = None) -> CustomField:
    """Give a formula field another formula that gives the same kind of value; records are filled anew by a job."""
    require(actor, PERMISSION)
    field = _own_field(entity, name, "formula")
    places = field.options.get("places") if places is None else places
    _kind, options = formula_options(entity, source, field.kind, places, actor=actor)
    return _changed(field, options, actor)


@transaction.atomic
def change_rollup(
    *, actor: Actor, entity: str, name: str, how: str, of: str = "", filters: Mapping[str, Any] | None = None
) -> CustomField:
    """Count otherwise: another measure of the same kind, or other filters."""
    require(actor, PERMISSION)
    field = _own_field(entity, name, "rollup")
    kept = field.options["rollup"]
    places = field.options.get("places")
    kind, options = rollup_options(entity, kept["child"], kept["relation"], how, of, filters or {}, places)
    if kind != field.kind:
        raise Invalid.one("of", "kind", _("This would give another kind of value. Make a new field for it."))
    return _changed(field, options, actor)


def _own_field(entity: str, name: str, what: str) -> CustomField:
    found = CustomField.objects.select_for_update().filter(entity=entity, name=name, state=CustomField.State.ACTIVE)
    field = found.first()
    if field is None or not field.options.get(what):
        raise NotFound()
    return field


def _changed(field: CustomField, options: Mapping[str, Any], actor: Actor) -> CustomField:
    before = dict(field.options)
    with _valid(field.entity, field.name):
        field.options = {**field.options, **options}
        field.save(update_fields=["options"])
        services.changed()
    changes = {name: [before.get(name), value] for name, value in options.items() if before.get(name) != value}
    audit.record_act("redefined", actor=actor, entity=field.entity, label=field.name, changes=changes)
    return field


# ── what may be defined ──
def formula_options(
    entity: str, source: str, kind: str, places: int | None, *, actor: Actor
) -> tuple[str, dict[str, Any]]:
    """Kind and options of a formula field, or FormulaError: its source with keys, and its decimals.

    It may name what its writer may see, for whoever sees the result learns of it.
    """
    program = build(source, scope_of(entity, partial(entity_for, actor)), setting())
    kind = kind or _default_kind(program)
    if kind not in KEPT_AS[program.type.name]:
        message = format_lazy(_("The formula gives another kind of value than {kind}."), kind=kind)
        raise Invalid.one("kind", "kind", message)
    return kind, {"formula": program.source, "places": PLACES.get(kind) if places is None else places}


def _default_kind(program: Program) -> str:
    kinds = KEPT_AS[program.type.name]
    if not kinds:
        raise Invalid.one("source", "type", _("A link cannot be the result of a formula. Take a field behind it."))
    return kinds[0]


def rollup_options(
    entity: str, child: str, relation: str, how: str, of: str, filters: Mapping[str, Any], places: int | None
) -> tuple[str, dict[str, Any]]:
    """Kind and options of a roll-up field, or Invalid with what is wrong by name."""
    kinds = {one.name: one for one in registry.entities}
    if child not in kinds:
        raise Invalid.one("child", "unknown", _("There are no such records."))
    other = kinds[child]
    link = other.all_fields.get(relation)
    if link is None or link.kind != "relation" or link.target != entity:
        raise Invalid.one("relation", "unknown", _("This field does not point to these records."))
    if how not in HOW:
        raise Invalid.one("how", "unknown", _("One can count, add up, and take the least, the most or the average."))
    kind = _rollup_kind(other, how, of)
    given = {name: _as_texts(values) for name, values in filters.items()}
    parse_filters(other, given)
    if "me" in [text for texts in given.values() for text in texts]:
        raise Invalid.one("filters", "me", _("A total is the same for every reader; «me» has no meaning here."))
    kept = {"child": child, "relation": relation, "how": how, "of": "" if how == "count" else of, "filters": given}
    return kind, {"rollup": kept, "places": PLACES.get(kind) if places is None else places}


def _rollup_kind(child: Entity, how: str, of: str) -> str:
    if how == "count":
        return "integer"
    measured = child.all_fields.get(of)
    if measured is None or measured.kind not in (_ORDERED if how in ("min", "max") else NUMBERS):
        raise Invalid.one("of", "unknown", _("Choose a field with numbers, or with days for the first and the last."))
    return "decimal" if how == "average" and measured.kind == "integer" else cast(str, measured.kind)


def _as_texts(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]


@contextmanager
def _valid(entity: str, name: str) -> Iterator[None]:
    """What is defined inside works and goes round in no circle, or it is as if nothing had been defined."""
    try:
        with transaction.atomic():
            yield
            _check(entity, name)
    except Exception:
        forget_overlay()
        raise
    refill(entity)
    ensure_nightly()


def _check(entity: str, name: str) -> None:
    plans, node = current_plans(), (entity, name)
    if node in plans.broken:
        raise plans.broken[node]
    if way := cycle_in(plans.edges, node):
        names = " ← ".join(f"{entity_name}.{field}" for entity_name, field in way)
        message = format_lazy(_("The fields would depend on each other in a circle: {names}"), names=names)
        raise Invalid.one("source", "circle", message)


# ── what may be taken away ──
def users_of(entity: str, name: str) -> list[Node]:
    """Formula and roll-up fields that read this field."""
    return needed_by(current_plans(), (entity, name))


def require_unneeded(entity: str, name: str) -> None:
    """Refuse to take a field away that others are calculated from, and say which."""
    nodes = users_of(entity, name)
    kind = registry.entity(entity)
    field = kind.all_fields.get(name)
    if field is not None and field.currency:
        nodes += [node for node in users_of(entity, field.currency) if node not in nodes and node != (entity, name)]
    if nodes:
        message = format_lazy(
            _("Other fields are calculated from this one: {names}. Change them first."), names=_labels(nodes)
        )
        raise Invalid.one("", "needed", message)


def require_entity_unneeded(entity: str) -> None:
    """The same for all fields of an entity, as others see them."""
    edges = current_plans().edges
    nodes = sorted(n for n, reads in edges.items() if n[0] != entity and any(e == entity for e, _name in reads))
    if nodes:
        message = format_lazy(
            _("Fields of other records are calculated from these: {names}. Change them first."), names=_labels(nodes)
        )
        raise Invalid.one("", "needed", message)


def _labels(nodes: Sequence[Node]) -> Text:
    parts: list[Text] = []
    for entity, name in nodes:
        kind = registry.entity(entity)
        parts += [kind.label, _label(kind.all_fields.get(name), name)]
    return format_lazy("، ".join(["{} › {}"] * len(nodes)), *parts)


def _label(field: Field | None, name: str) -> Text:
    return field.label if field else name


@transaction.atomic
def deactivate_field(*, actor: Actor, entity: str, name: str) -> CustomField:
    """Put a field of the organization's own away; its values stay, and it can come back."""
    require(actor, PERMISSION)
    found = CustomField.objects.select_for_update().filter(entity=entity, name=name, state=CustomField.State.ACTIVE)
    field = found.first()
    if field is None:
        raise NotFound()
    require_unneeded(entity, name)
    field.state = CustomField.State.DEACTIVATED
    field.save(update_fields=["state"])
    services.changed()
    audit.record_act("deactivated", actor=actor, entity=entity, label=name)
    return field
