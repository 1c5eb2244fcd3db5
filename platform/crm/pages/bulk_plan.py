"""What a bulk edit would do, before it is done: how many change, are so already, are not the actor's to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.pages.controls import raw_of
from crm.pages.labels import Labels
from crm.pages.state import from_query
from crm.pages.table import arrange, records_of
from crm.pages.values import currency_of, value_text
from kernel.access import Actor, visible
from kernel.pointing import held_fast
from kernel.query.counting import Size, size_of
from kernel.registry import Entity, Field

EXAMPLES = 5
#: Up to here while the person waits; beyond, as a job.
DIRECT = 10_000


@dataclass(frozen=True)
class Selection:
    """Which records: those ticked, or everything that the list's filters let through."""

    ids: tuple[UUID, ...] = ()
    #: The list's address; with `everything` its filters choose.
    state: str = ""
    everything: bool = False


def selected(entity: Entity, selection: Selection, actor: Actor) -> QuerySet[Any]:
    """The chosen records that the actor may see."""
    setting = arrange(entity, from_query(entity, selection.state if selection.everything else "view=all"), actor=actor)
    rows = records_of(setting)[0].select_related(None).order_by()
    return rows if selection.everything else rows.filter(pk__in=selection.ids)


@dataclass(frozen=True)
class Example:
    title: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Plan:
    size: Size
    change: int = 0
    same: int = 0
    refused: int = 0
    examples: Sequence[Example] = field(default_factory=tuple)

    @property
    def as_job(self) -> bool:
        return not self.size.exact or self.size.number > DIRECT


def same_as(entity: Entity, values: Mapping[str, Any]) -> Q:
    """Records that hold these values already."""
    found = Q()
    for name, value in values.items():
        one = entity.field(name)
        plain = getattr(value, "pk", value)
        if plain in (None, ""):
            empty = Q(**{f"{one.column}__isnull": True})
            found &= empty | Q(**{one.column: ""}) if one.textual or one.kind == "choice" else empty
        else:
            found &= Q(**{one.column: plain})
    return found


def plan(entity: Entity, selection: Selection, values: Mapping[str, Any], *, actor: Actor) -> Plan:
    """Counts by the same predicate that the act obeys; a fixed number of queries."""
    rows = selected(entity, selection, actor)
    size = size_of(rows)
    allowed = rows.filter(visible(entity, actor, "change"))
    same = same_as(entity, values)
    due = allowed.exclude(pk__in=entity.records().filter(same).values("pk")) if values else allowed.none()
    examples = _examples(entity, list(due.order_by("pk")[:EXAMPLES]), values, actor)
    if not size.exact:
        return Plan(size, examples=examples)
    mine = allowed.count()
    already = allowed.filter(same).count()
    return Plan(size, mine - already, already, size.number - mine, examples)


def plan_deletion(entity: Entity, selection: Selection, *, actor: Actor) -> Plan:
    """How many would go, and how many are not the actor's or are held fast by what points to them."""
    rows = selected(entity, selection, actor)
    size = size_of(rows)
    allowed = rows.filter(visible(entity, actor, "delete"))
    examples = [Example(entity.title_of(record), ()) for record in allowed.order_by("pk")[:EXAMPLES]]
    if not size.exact or size.number > DIRECT:
        return Plan(size, examples=examples)
    ids = list(allowed.values_list("pk", flat=True))
    going = len(ids) - len(held_fast(entity, ids))
    return Plan(size, going, 0, size.number - going, examples)


def _examples(entity: Entity, records: Sequence[Any], values: Mapping[str, Any], actor: Actor) -> list[Example]:
    fields = [entity.field(name) for name in values]
    labels = Labels(actor).load(records, fields)
    wanted: dict[str, set[UUID]] = {}
    for one in fields:
        if one.kind == "relation" and (pk := getattr(values[one.name], "pk", None)):
            wanted.setdefault(one.target, set()).add(pk)
    labels.learn(wanted)
    found = []
    for record in records:
        pairs = [
            (
                str(f.label),
                words(f, getattr(record, f.column), record, labels),
                words(f, values[f.name], record, labels),
            )
            for f in fields
            if raw_of(f, getattr(record, f.column)) != raw_of(f, values[f.name])
        ]
        found.append(Example(entity.title_of(record), pairs))
    return found


def words(one: Field, value: Any, record: Any, labels: Labels) -> str:
    """A value as people read it; empty for nothing."""
    if one.kind == "relation":
        return labels.get(one.target, getattr(value, "pk", value))
    return value_text(one, value, currency=currency_of(one, record))
