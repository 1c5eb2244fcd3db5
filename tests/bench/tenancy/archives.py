"""One workspace's data out and in again, alone on the server and among all the others: that must make no difference."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

from django.db import connection, transaction

from identity.actors import actor_for
from identity.models import User
from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.jobs import run_job
from kernel.models import Job
from tenants.archive.services import start_export, start_restore
from tests.bench.crowd import make_crowd
from tests.bench.measure import Reading, spread, stopwatch
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet, present
from tests.bench.tenancy.sweep import catch_up
from tests.factories import make_workspace
from tests.factories.databases import create_database, drop_database
from tests.factories.fleet import switched_to


@dataclass(frozen=True)
class Subjects:
    """Who is exported, and a copy of the database from before there were neighbours; "" where they were there."""

    first_day: Tenant
    filled: Tenant
    alone: str


@contextmanager
def subjects(size: Size) -> Iterator[Subjects]:
    """To be asked for before the neighbours are built. The copy goes at the end."""
    rows = size.archived
    first_day = make_workspace()[0].as_tenant()
    filled = make_crowd(replace(size, accounts=max(1, rows // 5), contacts=rows, deals=rows)).tenant
    for tenant in (first_day, filled):
        # What a worker does to them later makes an archive larger: the copy is to hold it too.
        with tenant_context(tenant):
            catch_up()
    name = str(connection.settings_dict["NAME"])
    alone = "" if present() else f"{name}_alone"
    if alone:
        drop_database(alone)
        create_database(alone, name)
    try:
        yield Subjects(first_day, filled, alone)
    finally:
        if alone:
            drop_database(alone)


def readings(given: Subjects, fleet: Fleet, size: Size) -> Iterator[Reading]:
    context = {"tenants_present": len(fleet.tenants)}
    for metric, tenant, times in (
        ("export_first_day", given.first_day, size.samples),
        ("export", given.filled, min(15, size.samples)),
    ):
        among: list[float] = []
        alone: list[float] = []
        # By turns, so that whatever else the machine does is the same for both.
        for _ in range(times):
            seconds, job = _export(tenant)
            among.append(seconds * 1000)
            if given.alone:
                with switched_to(given.alone):
                    alone.append(_export(tenant)[0] * 1000)
        rows = job.result["rows"]
        yield from spread("tenancy", metric, among, rows=rows, bytes=job.result["size"], **context)
        if alone:
            yield from spread("tenancy", f"{metric}_alone", alone, rows=rows, tenants_present=0)
            ratio = median(among) / median(alone)
            yield Reading("tenancy", f"{metric}_with_neighbours", ratio, "times", times, {"of": "p50 / p50 alone"})
    yield Reading("tenancy", "export_rows", rows * 1000 / median(among), "rows/s", rows)
    seconds = _restore(given.filled, job)
    yield Reading("tenancy", "restore", seconds * 1000, "ms", 1, {"rows": rows, **context})
    yield Reading("tenancy", "restore_rows", rows / seconds, "rows/s", rows)


def _export(tenant: Tenant) -> tuple[float, Job]:
    return _run(tenant, lambda actor: start_export(actor=actor))


def _restore(tenant: Tenant, export: Job) -> float:
    return _run(tenant, lambda actor: start_restore(actor=actor, archive=export.pk, typed=tenant.name))[0]


def _run(tenant: Tenant, start: Callable[[Actor], Job]) -> tuple[float, Job]:
    """Seconds of a job from its start to its end, in this process."""
    with tenant_context(tenant):
        with transaction.atomic():
            job = start(actor_for(User.objects.get(email="sara@example.com"), tenant))
        with stopwatch() as watch:
            run_job(job.pk)
        with transaction.atomic():
            job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise AssertionError(f"{job.kind}: {job.state} {job.error}")
    return watch.seconds, job
