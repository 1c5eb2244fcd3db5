"""Making and changing formula fields and roll-up fields; what they need cannot be taken away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import services
from crm.customization.rollups import places_of, readable_by, rollup_options
from crm.models import CustomField
from kernel import audit
from kernel.access import Actor, require
from kernel.derived import Node, current_plans, cycle_in, ensure_nightly, needed_by, refill, scope_of
from kernel.derived import setting_of_workspace as setting
from kernel.errors import Invalid, NotFound, Text
from kernel.formula import KEPT_AS, Program, build
from kernel.registry import Field, UnknownName, registry
from kernel.registry.overlay import forget_overlay

PERMISSION = "crm.customization.manage"


@transaction.atomic
def define_formula(
    *, actor: Actor, entity: str, name: str, label: Mapping[str, str], source: str, kind: str = "",
    places: int | None = None, help: Mapping[str, str] | None = None, indexed: bool = True,
) -> CustomField:  # fmt: skip
    """Make a formula field. Without a kind it has the one that the formula gives; records are filled by a job."""
    require(actor, PERMISSION)
    services.entity_named(entity)
    kind, options = formula_options(entity, source, kind, places, actor=actor)
    return _define(actor, entity, name, kind, options, {"label": label, "help": help, "indexed": indexed})


@transaction.atomic
def define_rollup(
    *, actor: Actor, entity: str, name: str, label: Mapping[str, str], child: str, relation: str, how: str,
    of: str = "", filters: Mapping[str, Any] | None = None, places: int | None = None,
    help: Mapping[str, str] | None = None, indexed: bool = True,
) -> CustomField:  # fmt: skip
    """Make a roll-up field over the records of `child` whose `relation` points to the record."""
    require(actor, PERMISSION)
    services.entity_named(entity)
    kind, options = rollup_options(entity, child, relation, how, of, filters or {}, places, actor=actor)
    return _define(actor, entity, name, kind, options, {"label": label, "help": help, "indexed": indexed})


def _define(
    actor: Actor, entity: str, name: str, kind: str, options: Mapping[str, Any], said: Mapping[str, Any]
) -> CustomField:
    def make() -> CustomField:
        return services.define_field(
            actor=actor, entity=entity, name=name, kind=kind, label=said["label"], help=said["help"],
            options={} if said["indexed"] else {"indexed": False}, calculated=options,
        )  # fmt: skip

    return _kept(make)


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
    *, actor: Actor, entity: str, name: str, how: str, of: str = "", filters: Mapping[str, Any] | None = None,
    places: int | None = None,
) -> CustomField:  # fmt: skip
    """Count otherwise: another measure of the same kind, or other filters."""
    require(actor, PERMISSION)
    field = _own_field(entity, name, "rollup")
    kept = field.options["rollup"]
    places = field.options.get("places") if places is None else places
    kind, options = rollup_options(entity, kept["child"], kept["relation"], how, of, filters or {}, places, actor=actor)
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
    changes = {name: [before.get(name), value] for name, value in options.items() if before.get(name) != value}
    if not changes:
        return field

    def save() -> CustomField:
        field.options = {**field.options, **options}
        field.save(update_fields=["options"])
        services.changed()
        return field

    _kept(save)
    audit.record_act("redefined", actor=actor, entity=field.entity, label=field.name, changes=changes)
    return field


# ── what may be defined ──
def formula_options(
    entity: str, source: str, kind: str, places: int | None, *, actor: Actor
) -> tuple[str, dict[str, Any]]:
    """Kind and options of a formula field, or FormulaError: its source with keys, and its decimals.

    It may name what its writer may see, for whoever sees the result learns of it.
    """
    program = build(source, scope_of(entity, readable_by(actor, entity)), setting())
    kind = kind or _default_kind(program)
    if kind not in KEPT_AS[program.type.name]:
        message = format_lazy(_("The formula gives another kind of value than {kind}."), kind=kind)
        raise Invalid.one("kind", "kind", message)
    return kind, {"formula": program.source, "places": places_of(kind, places)}


def _default_kind(program: Program) -> str:
    kinds = KEPT_AS[program.type.name]
    if not kinds:
        raise Invalid.one("source", "type", _("A link cannot be the result of a formula. Take a field behind it."))
    return kinds[0]


def _kept(save: Callable[[], CustomField]) -> CustomField:
    """Save a definition that works and goes round in no circle, and have records filled; or it is as if nothing was."""
    try:
        with transaction.atomic():
            field = save()
            _check(field.entity, field.name)
    except Exception:
        forget_overlay()
        raise
    refill(field.entity)
    ensure_nightly()
    return field


def _check(entity: str, name: str) -> None:
    plans, node = current_plans(), (entity, name)
    if node in plans.broken:
        raise plans.broken[node]
    if way := cycle_in(plans.edges, node):
        message = format_lazy(_("The fields would depend on each other in a circle: {names}"), names=way_of(way))
        raise Invalid.one("source", "circle", message)


def way_of(way: Sequence[Node]) -> Text:
    """A circle as people read it: every field by its label."""
    return labels_of(way, " ← ")


def require_working(field: CustomField) -> None:
    """Refuse to bring back what reads fields that are gone, or would go round in a circle."""
    try:
        _check(field.entity, field.name)
    except Invalid as error:
        forget_overlay()
        reasons = " ".join(str(one) for several in error.problems.values() for one in several)
        message = format_lazy(_("It does not work any more, since what it is calculated from has changed. {reasons}"),
                              reasons=reasons)  # fmt: skip
        raise Invalid.one("", "broken", message) from None


# ── what may be taken away ──
def users_of(entity: str, name: str) -> list[Node]:
    """Formula and roll-up fields that read this field."""
    return needed_by(current_plans(), (entity, name))


def needed_by_all(entity: str, name: str) -> list[Node]:
    """The same, of an amount also those that read its currency."""
    nodes = users_of(entity, name)
    field = registry.entity(entity).all_fields.get(name)
    if field is not None and field.currency:
        nodes += [node for node in users_of(entity, field.currency) if node not in nodes and node != (entity, name)]
    return nodes


def needed_fields(entity: str, name: str) -> list[tuple[CustomField, Text]]:
    """The fields that keep this one from being taken away, with what they are called."""
    nodes = needed_by_all(entity, name)
    rows = CustomField.objects.filter(entity__in={e for e, _n in nodes}, name__in={n for _e, n in nodes})
    kept = {(row.entity, row.name): row for row in rows} if nodes else {}
    return [(kept[node], labels_of([node])) for node in nodes if node in kept]


def require_unneeded(entity: str, name: str) -> None:
    """Refuse to take a field away that others are calculated from, and say which."""
    if nodes := needed_by_all(entity, name):
        message = format_lazy(
            _("Other fields are calculated from this one: {names}. Change them first."), names=labels_of(nodes)
        )
        raise Invalid.one("", "needed", message)


def require_entity_unneeded(entity: str, but: Collection[str] = ()) -> None:
    """The same for all fields of an entity, as others see them; `but` go away with it."""
    edges, going = current_plans().edges, {entity, *but}
    nodes = sorted(n for n, reads in edges.items() if n[0] not in going and any(e == entity for e, _name in reads))
    if nodes:
        message = format_lazy(
            _("Fields of other records are calculated from these: {names}. Change them first."), names=labels_of(nodes)
        )
        raise Invalid.one("", "needed", message)


def labels_of(nodes: Sequence[Node], between: str = "، ") -> Text:
    """Fields by their labels, each with that of its entity."""
    parts: list[Text] = []
    for entity, name in nodes:
        try:
            kind = registry.entity(entity)
        except UnknownName:
            parts += [entity, name]
            continue
        parts += [kind.label, _label(kind.all_fields.get(name), name)]
    return format_lazy(between.join(["{} › {}"] * len(nodes)), *parts)


def _label(field: Field | None, name: str) -> Text:
    return field.label if field else name


def deactivate_field(*, actor: Actor, entity: str, name: str) -> CustomField:
    """Put a field of the organization's own away by its name; see `services.deactivate_field`."""
    require(actor, PERMISSION)
    field = CustomField.objects.filter(entity=entity, name=name, state=CustomField.State.ACTIVE).first()
    if field is None:
        raise NotFound()
    return services.deactivate_field(field.pk, actor=actor)
