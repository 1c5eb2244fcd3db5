"""What has to be calculated when a record of an entity changes. Worked out once for each state of the definitions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kernel import custom
from kernel.context import get_tenant
from kernel.derived.graph import Node, edges_of, in_order, ranks
from kernel.errors import Invalid
from kernel.formula import FormulaError, Known, Program, Scope, Setting, build, keeper, type_of_kind
from kernel.preferences import locale_of
from kernel.query.filters import Filter, parse_filters
from kernel.registry import Entity, Field, registry
from kernel.registry.overlay import NOTHING, current_overlay

log = logging.getLogger(__name__)
Reader = Callable[[Any], Any]
#: Kinds that formulas cannot take in.
_LEFT_OUT = frozenset({"multichoice", "uuid"})
#: Entities whose records are written past kernel.records, so that nobody would hear of their changes.
_UNHEARD = frozenset({"user"})


@dataclass(frozen=True)
class Calculation:
    """A formula field ready to run."""

    entity: str
    field: Field
    program: Program
    keep: Callable[[Any], Any]
    currency: Field | None = None
    #: Paths of the currencies that its result may be in.
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class RollupField:
    """A roll-up field ready to run. `reads` are the fields of the child that it depends on, the relation among them."""

    parent: str
    field: Field
    child: str
    relation: Field
    of: Field | None
    filters: tuple[Filter, ...]
    reads: frozenset[str]
    currency: Field | None = None

    @property
    def volatile(self) -> bool:
        return any(one.op == "when" for one in self.filters)

    def __hash__(self) -> int:
        return hash((self.parent, self.field.name))


@dataclass(frozen=True)
class Hop:
    """Formulas of an entity look through this relation at these fields of the other side."""

    entity: str
    relation: Field
    fields: frozenset[str]


@dataclass
class Plans:
    calculations: dict[str, tuple[Calculation, ...]] = field(default_factory=dict)
    rollups: dict[str, tuple[RollupField, ...]] = field(default_factory=dict)
    upward: dict[str, tuple[RollupField, ...]] = field(default_factory=dict)
    hops: dict[str, tuple[Hop, ...]] = field(default_factory=dict)
    #: Definitions that do not work any more (an engine was switched off): their values stay as they are.
    broken: dict[Node, Invalid] = field(default_factory=dict)
    #: Every derived field with the fields that it reads.
    edges: dict[Node, set[Node]] = field(default_factory=dict)
    #: Whom to lock first: records before those they point to.
    rank: dict[str, int] = field(default_factory=dict)
    setting: Setting = field(default_factory=Setting)

    @cached_property
    def anything(self) -> bool:
        return bool(self.calculations or self.rollups)

    def hops_of(self, entity: str) -> Mapping[str, tuple[Field, list[tuple[str, Field]]]]:
        """By relation: the field, and the fields behind it, by their path."""
        found: dict[str, tuple[Field, list[tuple[str, Field]]]] = {}
        kind = registry.entity(entity)
        for calculation in self.calculations.get(entity, ()):
            for path in calculation.program.paths:
                if len(path) == 2:
                    relation = kind.field(path[0])
                    readers = found.setdefault(path[0], (relation, []))[1]
                    last = registry.entity(relation.target).field(path[1])
                    if ".".join(path) not in dict(readers):
                        readers.append((".".join(path), last))
        return found

    def derived_entities(self) -> list[str]:
        """Entities with fields that can be calculated."""
        return sorted(self.calculations.keys() | self.rollups.keys())

    def volatile_entities(self) -> list[str]:
        names = {c.entity for found in self.calculations.values() for c in found if c.program.volatile}
        return sorted(names | {r.parent for found in self.rollups.values() for r in found if r.volatile})


def reader_of(spec: Field) -> Reader:
    """How a field's value is taken from a record; own ones past the registry, which is asked for every record."""
    name, column = spec.name, spec.column
    if spec.in_extra:
        return lambda record: custom.decode(spec, record.extra.get(name))
    return lambda record: getattr(record, column)


def setting_of_workspace() -> Setting:
    """How the organization writes numbers and days; texts made by formulas are the same for every reader."""
    locale = locale_of(get_tenant())
    return Setting(locale.language, locale.calendar, locale.time_zone)


def scope_of(entity: str, see: Callable[[str], Entity | None] = registry.entity, *, hops: bool = True) -> Scope:
    """The fields that a formula of this entity may name; `see` gives entities as somebody may see them, or None.

    Masked fields are not among them: a result would tell what the mask hides.
    """
    kind = see(entity)
    if kind is None:
        return Scope({})
    fields = {
        f.name: Known(f.name, f.label, type_of_kind(f.kind, choices=f.choices, currency=f.currency), f.kind, f.target)
        for f in kind.all_fields.values()
        if f.kind not in _LEFT_OUT and not f.masked
    }

    def beyond(target: str) -> Scope | None:
        known = hops and target not in _UNHEARD and any(entity.name == target for entity in _entities())
        return scope_of(target, see, hops=False) if known else None

    return Scope(fields, beyond)


def current_plans() -> Plans:
    """The bound workspace's plans; empty ones where nothing is derived."""
    overlay = current_overlay()
    if overlay is NOTHING:
        return _NONE
    # Kept with the overlay, which is one workspace's and one state of its definitions.
    kept: dict[Any, Plans] = overlay.__dict__.setdefault("derived_plans", {})
    if "none" in kept:
        return _NONE
    if not any(f.derived for entity in overlay.entities.values() for f in entity.own_fields.values()):
        kept["none"] = _NONE
        return _NONE
    key = (setting_of_workspace(), _engines())
    if key not in kept:
        kept[key] = build_plans(_entities(), key[0])
    return kept[key]


def _engines() -> frozenset[str]:
    tenant = get_tenant()
    return tenant.engines if tenant else frozenset()


def _entities() -> tuple[Entity, ...]:
    """Those whose tables are there."""
    return registry.entities_of(_engines())


_NONE = Plans()


def build_plans(entities: Iterable[Entity], setting: Setting) -> Plans:
    plans = Plans(setting=setting)
    kinds = tuple(entities)
    for kind in kinds:
        _add_formulas(plans, kind)
        _add_rollups(plans, kind)
    plans.rank = ranks(kinds, plans)
    for name, found in list(plans.calculations.items()):
        ordered = in_order([c.field.name for c in found], name, plans.edges)
        by_name = {c.field.name: c for c in found}
        plans.calculations[name] = tuple(by_name[one] for one in ordered)
    _turn_around(plans)
    return plans


def _add_formulas(plans: Plans, kind: Entity) -> None:
    made = []
    scope = scope_of(kind.name) if any(f.formula for f in kind.own_fields.values()) else None
    for spec in kind.own_fields.values():
        if not spec.formula or scope is None:
            continue
        node = (kind.name, spec.name)
        try:
            calculation = calculation_of(kind, spec, build(spec.formula, scope, plans.setting))
        except FormulaError as error:
            log.warning("The formula of %s.%s does not work: %s", kind.name, spec.name, error.issues[0].code)
            plans.broken[node] = error
            continue
        plans.edges[node] = edges_of(kind, calculation.program)
        made.append(calculation)
    if made:
        plans.calculations[kind.name] = tuple(made)


def calculation_of(kind: Entity, spec: Field, program: Program) -> Calculation:
    return Calculation(
        kind.name, spec, program, keeper(program.type, spec.kind, program.setting, places=spec.places),
        kind.all_fields.get(spec.currency) if spec.currency else None, tuple(sorted(program.type.currencies)),
    )  # fmt: skip


def _add_rollups(plans: Plans, kind: Entity) -> None:
    made = []
    for spec in kind.own_fields.values():
        if spec.rollup is None:
            continue
        try:
            rollup = rollup_of(kind, spec)
        except (Invalid, LookupError) as error:
            log.warning("The roll-up %s.%s does not work: %r", kind.name, spec.name, error)
            plans.broken[kind.name, spec.name] = error if isinstance(error, Invalid) else Invalid({})
            continue
        plans.edges[kind.name, spec.name] = {(rollup.child, name) for name in rollup.reads}
        made.append(rollup)
    if made:
        plans.rollups[kind.name] = tuple(made)


def rollup_of(kind: Entity, spec: Field) -> RollupField:
    """LookupError or Invalid where it names what does not exist."""
    assert spec.rollup is not None
    child = {entity.name: entity for entity in _entities()}[spec.rollup.child]
    relation = child.field(spec.rollup.relation)
    of = child.field(spec.rollup.of) if spec.rollup.of else None
    filters = tuple(parse_filters(child, {name: list(values) for name, values in spec.rollup.filters}))
    reads = {relation.name, *(one.field for one in filters)}
    if of is not None:
        reads |= {of.name, of.currency} - {""}
    currency = kind.all_fields.get(spec.currency) if spec.currency else None
    return RollupField(kind.name, spec, child.name, relation, of, filters, frozenset(reads), currency)


def _turn_around(plans: Plans) -> None:
    """From who depends on what to what depends on whom."""
    upward: dict[str, list[RollupField]] = {}
    for found in plans.rollups.values():
        for rollup in found:
            upward.setdefault(rollup.child, []).append(rollup)
    hops: dict[tuple[str, str], tuple[Field, set[str]]] = {}
    for name, calculations in plans.calculations.items():
        kind = registry.entity(name)
        for path in [p for c in calculations for p in c.program.paths if len(p) == 2]:
            hops.setdefault((name, path[0]), (kind.field(path[0]), set()))[1].add(path[1])
    plans.upward = {child: tuple(found) for child, found in upward.items()}
    targets: dict[str, list[Hop]] = {}
    for (name, _relation), (relation, names) in hops.items():
        targets.setdefault(relation.target, []).append(Hop(name, relation, frozenset(names)))
    plans.hops = {target: tuple(found) for target, found in targets.items()}
