"""What a worker looks for every twenty seconds, and what the console and the public site ask of every workspace."""

from collections.abc import Iterator
from statistics import median

from django.db import transaction

from kernel import jobs, outbox, sealing
from kernel.context import Tenant, public_context, tenant_context
from tenants import selectors, sql, waiting
from tests.bench.measure import Reading, spread, stopwatch, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet

#: One workspace in a hundred wrote something in these twenty seconds.
_SHARE = 100


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    names = [tenant.schema for tenant in fleet.tenants]
    context = {"every_seconds": 20, "tenants_present": len(names), "budget": 200}
    few = names[::_SHARE]
    for schema in selectors.schemas_with_work():
        with tenant_context(Tenant(schema=schema)):
            catch_up()
    selectors.schemas_with_work()  # takes away the notes of that
    times = [_sweep(few) for _ in range(5)]
    yield from spread("tenancy", "sweep", times, noted=len(few), **context)
    yield from spread("tenancy", "sweep_of_all", [_sweep(names) for _ in range(2)], noted=len(names), **context)
    noting = median(_written(fleet.tenants[0], note=True) for _ in range(size.switches))
    bare = median(_written(fleet.tenants[0], note=False) for _ in range(size.switches))
    told = {"of": "median of a transaction with a note − median without"}
    yield Reading("tenancy", "noting_work", noting - bare, "ms", size.switches, told)
    health = times_of(selectors.health_of_every_schema, 3)
    yield from spread("tenancy", "health_of_every_schema", health, tenants_present=len(names))
    found = times_of(lambda: selectors.workspaces_of("nobody@example.com"), 3)
    yield from spread("tenancy", "workspaces_of_address", found, tenants_present=len(names))


def catch_up() -> None:
    """What a worker has long done in a workspace of some age."""
    outbox.relay()
    jobs.run_due()
    sealing.seal_lines()


def _written(tenant: Tenant, *, note: bool) -> float:
    with stopwatch() as watch, tenant_context(tenant), transaction.atomic():
        sql.run("SELECT 1")
        if note:
            waiting.note()
    return watch.seconds * 1000


def _sweep(noted: list[str]) -> float:
    with public_context():
        sql.run("INSERT INTO public.tenants_worknote (schema_name) SELECT unnest(%s)", [noted])
    with stopwatch() as watch:
        selectors.schemas_with_work()
    return watch.seconds * 1000
