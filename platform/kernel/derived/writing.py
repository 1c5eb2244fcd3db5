"""What every write does for derived fields: `settle` before it saves, `spread` after.

Locks: records first, then the records they point to (by `Plans.rank`), each by id. Roll-ups lock their parents FOR NO
KEY UPDATE, which lets other children come in; formulas hold what they look at FOR SHARE, so that nobody changes it
between the look and the commit. Downwards, from a record to those whose formulas look at it, nobody waits: what
somebody else holds at the moment is left to a job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from kernel.copying import update_records
from kernel.derived.plans import Calculation, Hop, Plans, Reader, RollupField, current_plans, reader_of
from kernel.derived.rollups import aggregate, put_found, write_derived
from kernel.derived.rows import columns_of, light, stored_columns
from kernel.money_input import home_currency
from kernel.registry import Entity, registry

#: So many records that look at a changed one follow in the same transaction; more are a job's.
FEW = 500


@dataclass
class Touched:
    """A record that was written. `names` are the fields that are different, None for all of them (made, deleted, back);
    `before` are values by name where they may have been others.
    """

    record: Any
    names: set[str] | None
    before: Mapping[str, Any] | None = None


def settle(entity: Entity, records: Sequence[Any], before: Sequence[Mapping[str, Any] | None]) -> list[set[str]]:
    """Lock what these records' derived fields depend on and calculate their formulas, before they are saved.

    `before` has None for new ones. The answer: names of the derived fields that changed, a set for each record.
    """
    plans = current_plans()
    if not plans.anything or not records:
        return [set() for _ in records]
    kind = registry.entity(entity.name)
    _lock(plans, kind, records, before)
    changed: list[set[str]] = [set() for _ in records]
    for rollup in plans.rollups.get(kind.name, ()):
        for names, record, earlier in zip(changed, records, before, strict=True):
            if earlier is None:
                names.update(put_found(rollup, record, None))
    for names, more in zip(changed, calculate(plans, kind, records), strict=True):
        names.update(more)
    return changed


def spread(entity: Entity, touched: Sequence[Touched]) -> None:
    """Bring up to date what depends on these records, after they were saved."""
    plans = current_plans()
    if not plans.anything or not touched:
        return
    kind = registry.entity(entity.name)
    wanted: dict[str, dict[RollupField, set[UUID]]] = {}
    for rollup in plans.upward.get(kind.name, ()):
        if ids := _parents(rollup, touched):
            wanted.setdefault(rollup.parent, {})[rollup] = ids
    for name in sorted(wanted, key=lambda one: plans.rank.get(one, 0)):
        recalculate(registry.entity(name), wanted[name])
    for hop in plans.hops.get(kind.name, ()):
        changed = [one.record.pk for one in touched if one.names and one.names & hop.fields]
        if changed:
            _follow(plans, hop, changed)


def _parents(rollup: RollupField, touched: Iterable[Touched]) -> set[UUID]:
    """Whose roll-up may be another now: the parents of before and after."""
    ids: set[UUID] = set()
    name, column = rollup.relation.name, rollup.relation.column
    for one in touched:
        if one.names is None or one.names & rollup.reads:
            ids.add(getattr(one.record, column))
            if one.before:
                ids.add(one.before.get(name))  # type: ignore[arg-type]  # None is taken out below
    return ids - {None}


# ── locks ──
def _lock(plans: Plans, kind: Entity, records: Sequence[Any], before: Sequence[Mapping[str, Any] | None]) -> None:
    """All at once and in one order, before anything is written that others would wait for."""
    written: dict[str, set[UUID]] = {}
    relations = {(r.relation.name, r.parent): r.relation for r in plans.upward.get(kind.name, ())}
    for (name, parent), relation in relations.items():
        ids = written.setdefault(parent, set())
        ids |= {getattr(record, relation.column) for record in records}
        ids |= {earlier.get(name) for earlier in before if earlier}  # type: ignore[misc]  # None goes below
    looked_at: dict[str, set[UUID]] = {}
    for relation, _readers in plans.hops_of(kind.name).values():
        looked_at.setdefault(relation.target, set()).update(getattr(record, relation.column) for record in records)
    for name in sorted(written.keys() | looked_at.keys(), key=lambda one: plans.rank.get(one, 0)):
        if ids := written.get(name, set()) - {None}:
            list(locked(registry.entity(name), ids).values_list("pk"))
        if ids := looked_at.get(name, set()) - {None} - written.get(name, set()):
            _share(registry.entity(name), ids)


def locked(kind: Entity, ids: Collection[UUID], **how: bool) -> Any:
    """Records in the order of their ids, held until the transaction ends; the deleted ones too."""
    rows = kind.records(everything=True).filter(pk__in=list(ids)).order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True, **how)


def _share(kind: Entity, ids: Collection[UUID]) -> None:
    table = connection.ops.quote_name(kind.model_class._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {table} WHERE id = ANY(%s::uuid[]) ORDER BY id FOR SHARE",  # noqa: S608 — a name from a model
            [[str(one) for one in ids]],
        )


# ── formulas ──
def calculate(plans: Plans, kind: Entity, records: Sequence[Any]) -> list[set[str]]:
    """Write the results of the entity's formulas into the records; which are different, a set for each record."""
    calculations = plans.calculations.get(kind.name, ())
    if not calculations:
        return [set() for _ in records]
    now, own, related = timezone.now(), _own_readers(kind, calculations), _related(plans, kind, records)
    answers = []
    for record in records:
        values = {name: read(record) for name, read in own}
        for column, rows, readers in related:
            row = rows.get(getattr(record, column))
            for path, read in readers:
                values[path] = None if row is None else read(row)
        changed: set[str] = set()
        for one in calculations:
            result = one.program.evaluate(values, now)
            kept = None if result.value is None else one.keep(result.value)
            values[one.field.name] = kept
            changed |= write_derived(one.field, record, kept)
            if one.currency is not None:
                given = next((c for path in one.currencies if (c := values.get(path))), "") or home_currency()
                values[one.currency.name] = None if kept is None else given
                changed |= write_derived(one.currency, record, values[one.currency.name])
        answers.append(changed)
    return answers


def _own_readers(kind: Entity, calculations: Iterable[Calculation]) -> list[tuple[str, Reader]]:
    """How the record's own values are read that no formula of the same round gives."""
    given = {c.field.name for c in calculations} | {c.currency.name for c in calculations if c.currency}
    names = dict.fromkeys(path[0] for c in calculations for path in c.program.paths)
    return [(name, reader_of(kind.field(name))) for name in names if name not in given]


def _related(
    plans: Plans, kind: Entity, records: Sequence[Any]
) -> list[tuple[str, Mapping[UUID, Any], list[tuple[str, Reader]]]]:
    """By relation: its column, the records behind it, and how their values are read. One query a relation."""
    found: list[tuple[str, Mapping[UUID, Any], list[tuple[str, Reader]]]] = []
    for relation, behind in plans.hops_of(kind.name).values():
        ids = {getattr(record, relation.column) for record in records} - {None}
        target = registry.entity(relation.target)
        columns = stored_columns(field for _path, field in behind)
        rows = light(target, target.records(everything=True).filter(pk__in=ids), columns) if ids else []
        readers = [(path, reader_of(field)) for path, field in behind]
        found.append((relation.column, {row.pk: row for row in rows}, readers))
    return found


# ── upwards and downwards ──
def recalculate(kind: Entity, wanted: Mapping[RollupField, Collection[UUID]]) -> None:
    """Bring these roll-ups of these records up to date, their formulas with them, and whatever depends on those."""
    ids = {pk for found in wanted.values() for pk in found}
    # The lock comes first: a query that begins once it is held sees everything that others added before.
    rows = light(kind, locked(kind, ids), columns_of(current_plans(), kind))
    found = {rollup: aggregate(rollup, some) for rollup, some in wanted.items()}
    changed: list[tuple[Any, set[str]]] = []
    for row in rows:
        names: set[str] = set()
        for rollup, some in wanted.items():
            if row.pk in some:
                names |= put_found(rollup, row, found[rollup].get(row.pk))
        if names:
            changed.append((row, names))
    save_derived(kind, changed, formulas=True)


def save_derived(kind: Entity, changed: Sequence[tuple[Any, set[str]]], *, formulas: bool) -> None:
    """Save records of which only derived fields are different, and go on from there. No version, no audit, no event."""
    if not changed:
        return
    records = [record for record, _names in changed]
    if formulas:
        for (_record, names), more in zip(changed, calculate(current_plans(), kind, records), strict=True):
            names.update(more)
    write_extra(kind, records)
    spread(kind, [Touched(record, names) for record, names in changed])


def write_extra(kind: Entity, records: Sequence[Any]) -> None:
    meta = kind.model_class._meta
    update_records(kind.model_class, records, leave=[f.name for f in meta.concrete_fields if f.name != "extra"])


def _follow(plans: Plans, hop: Hop, ids: Sequence[UUID]) -> None:
    """Records whose formulas look at changed ones: a few at once, many by a job."""
    from kernel.derived.refilling import refill

    kind = registry.entity(hop.entity)
    rows = kind.records(everything=True).filter(**{f"{hop.relation.column}__in": list(ids)})
    found = set(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    if not found:
        return
    if len(found) > FEW:
        refill(kind.name, relation=hop.relation.name, ids=ids)
        return
    free = light(kind, locked(kind, found, skip_locked=True), columns_of(plans, kind))
    if missing := found - {row.pk for row in free}:
        refill(kind.name, relation="id", ids=sorted(missing))
    names = calculate(plans, kind, free)
    save_derived(kind, [(row, n) for row, n in zip(free, names, strict=True) if n], formulas=False)
