"""One workspace's data out and in again, alone on the server and among all the others: that must make no difference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median

from django.db import transaction

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
from tests.bench.tenancy.fleet import Fleet
from tests.factories import make_workspace


@dataclass
class Alone:
    """What is exported again when there are neighbours, and the milliseconds it took without."""

    empty: Tenant
    full: Tenant
    rows: int
    empty_times: list[float]
    full_times: list[float]


def alone(size: Size) -> Alone:
    """Call it before there are any neighbours."""
    rows = size.archived
    empty, _admin = make_workspace()
    crowd = make_crowd(replace(size, accounts=max(1, rows // 5), contacts=rows, deals=rows))
    found = Alone(empty.as_tenant(), crowd.tenant, 0, [], [])
    found.empty_times = _exports(found.empty, size.samples)[0]
    found.full_times, job = _exports(found.full, 3)
    found.rows = job.result["rows"]
    return found


def readings(before: Alone, fleet: Fleet, size: Size) -> Iterator[Reading]:
    empty, job_of_empty = _exports(before.empty, size.samples)
    full, job = _exports(before.full, 3)
    for metric, times, earlier, last in (
        ("export_first_day", empty, before.empty_times, job_of_empty), ("export", full, before.full_times, job)
    ):  # fmt: skip
        told = {"rows": last.result["rows"], "bytes": last.result["size"], "tenants_present": len(fleet.tenants)}
        yield from spread("tenancy", metric, times, **told)
        yield from spread("tenancy", f"{metric}_alone", earlier, rows=last.result["rows"], tenants_present=0)
        # The quickest of each: what else the machine did meanwhile is not what is asked.
        ratio = min(times) / min(earlier)
        yield Reading("tenancy", f"{metric}_with_neighbours", ratio, "times", len(times), {"of": "best / best alone"})
    yield Reading("tenancy", "export_rows", before.rows * 1000 / median(full), "rows/s", before.rows)
    seconds = _restore(before.full, job)
    context = {"rows": before.rows, "tenants_present": len(fleet.tenants)}
    yield Reading("tenancy", "restore", seconds * 1000, "ms", 1, context)
    yield Reading("tenancy", "restore_rows", before.rows / seconds, "rows/s", before.rows)


def _exports(tenant: Tenant, times: int) -> tuple[list[float], Job]:
    """Milliseconds of each, and the last one."""
    found = []
    for _ in range(times):
        seconds, job = _run(tenant, lambda actor: start_export(actor=actor))
        found.append(seconds * 1000)
    return found, job


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
