"""Derived fields of records that are there already: jobs in steps, each a batch, resumed where they stopped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from kernel.access import system_actor
from kernel.derived.plans import Plans, current_plans
from kernel.derived.rollups import aggregate, put_found
from kernel.derived.rows import columns_of, light
from kernel.derived.writing import calculate, locked, save_derived
from kernel.jobs import JobRun, start_job
from kernel.models import Job
from kernel.registry import Entity, UnknownName, registry

REFILL, NIGHTLY = "crm.derive", "crm.derive_nightly"
BATCH = 2000


def refill(entity: str, *, relation: str = "", ids: Iterable[UUID] = ()) -> Job:
    """Start the job that calculates the derived fields of an entity: of all its records, or of those whose relation (or
    "id") is among `ids`.
    """
    payload = {"entity": entity, "relation": relation, "ids": [str(pk) for pk in ids]}
    return start_job(REFILL, actor=system_actor("formulas"), payload=payload)


def refill_all() -> None:
    """The same for every entity that has derived fields: what they depend on beside records has changed."""
    for entity in current_plans().derived_entities():
        refill(entity)


def refill_readers(entity: str) -> None:
    """The same for an entity that has changed as such, and for those whose derived fields read it."""
    plans = current_plans()
    for name in plans.derived_entities():
        reads = {read for node, fields in plans.edges.items() if node[0] == name for read, _field in fields}
        if name == entity or entity in reads:
            refill(name)


def run_refill(run: JobRun) -> None:
    """One batch a step, in the order of ids; a killed worker's batch is done again, the others not."""
    while True:
        with run.step():
            try:
                kind = registry.entity(str(run.payload["entity"]))
            except UnknownName:  # put away meanwhile
                return
            rows = _due(kind, run.payload)
            if run.job.total is None:
                run.progress(0, total=rows.count())
            last = run.data.get("last")
            ids = list((rows.filter(pk__gt=last) if last else rows).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if ids:
                refill_batch(kind, ids)
                run.progress(run.job.done + len(ids), last=str(ids[-1]))
        if len(ids) < BATCH:
            return


def _due(kind: Entity, payload: dict[str, Any]) -> Any:
    rows = kind.records(everything=True)
    if not payload.get("relation"):
        return rows
    relation = str(payload["relation"])
    column = "pk" if relation == "id" else kind.field(relation).column
    return rows.filter(**{f"{column}__in": payload["ids"]})


def refill_batch(kind: Entity, ids: Sequence[UUID]) -> int:
    """Calculate the derived fields of these records anew; how many were different.

    They are looked at without a lock, for most nights nothing is different. What is gets locked, and calculated once
    more if somebody wrote it in between.
    """
    plans = current_plans()
    rows = light(kind, kind.records(everything=True).filter(pk__in=ids).order_by("pk"), _columns(plans, kind))
    before = {row.pk: (row.version, dict(row.extra)) for row in rows}
    different = _calculated(plans, kind, rows)
    if not different:
        return 0
    wanted = [row.pk for row, _names in different]
    held = {pk: seen for pk, *seen in locked(kind, wanted).values_list("pk", "version", "extra")}
    same = [(row, names) for row, names in different if tuple(held.get(row.pk, ())) == before[row.pk]]
    if stale := held.keys() - {row.pk for row, _names in same}:
        # The lock is ours already: it is only read.
        fresh = light(kind, kind.records(everything=True).filter(pk__in=stale).order_by("pk"), _columns(plans, kind))
        same += _calculated(plans, kind, fresh)
    save_derived(kind, same, formulas=False)
    return len(same)


def _calculated(plans: Plans, kind: Entity, rows: list[Any]) -> list[tuple[Any, set[str]]]:
    """The rows whose derived fields are different now, with the names of those."""
    names: list[set[str]] = [set() for _ in rows]
    for rollup in plans.rollups.get(kind.name, ()):
        found = aggregate(rollup, [row.pk for row in rows])
        for row, changed in zip(rows, names, strict=True):
            changed.update(put_found(rollup, row, found.get(row.pk)))
    for changed, more in zip(names, calculate(plans, kind, rows), strict=True):
        changed.update(more)
    return [(row, changed) for row, changed in zip(rows, names, strict=True) if changed]


def _columns(plans: Plans, kind: Entity) -> list[str]:
    return ["version", *columns_of(plans, kind)]


def ensure_nightly() -> None:
    """See to it that a job waits for the night where TODAY, NOW or a relative period is used."""
    waiting = Job.objects.filter(kind=NIGHTLY, state__in=(Job.State.WAITING, Job.State.RUNNING))
    if not waiting.exists() and current_plans().volatile_entities():
        _tonight()


def _tonight() -> None:
    plans = current_plans()
    zone = ZoneInfo(plans.setting.time_zone)
    tomorrow = timezone.now().astimezone(zone).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, time(0, 5), zone)
    job = start_job(NIGHTLY, actor=system_actor("formulas"), payload={})
    Job.objects.filter(pk=job.pk).update(next_at=at)


def run_nightly(run: JobRun) -> None:
    """A new day: start the work for every entity with a formula of today, and wait for the next night."""
    with run.step():
        names = current_plans().volatile_entities()
        for name in names:
            refill(name)
        if names:
            _tonight()
        run.progress(len(names), total=len(names))
