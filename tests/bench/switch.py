"""What binding a request's transaction to its workspace costs. Budget: 0.3 ms."""

from collections.abc import Iterator
from statistics import median

from django.db import connection, transaction

from kernel.context import PUBLIC_TENANT, Tenant, tenant_context
from tenants import hosts
from tests.bench.measure import Reading, spread, stopwatch
from tests.bench.sizes import Size
from tests.factories import make_workspace


def run(size: Size) -> Iterator[Reading]:
    """The same transaction in public, where nothing is bound, and in one workspace after the other."""
    organizations = [make_workspace(engines=())[0] for _ in range(3)]
    tenants = [organization.as_tenant() for organization in organizations]
    bare: list[float] = []
    bound: list[float] = []
    for turn in range(size.switches):
        bare.append(_transaction(PUBLIC_TENANT))
        bound.append(_transaction(tenants[turn % 3]))
    cost = median(bound) - median(bare)
    yield Reading("switch", "binding", cost, "ms", size.switches, {"budget": 0.3, "of": "median with − median without"})
    yield from spread("switch", "transaction_in_workspace", bound, statements=1)
    with tenant_context(PUBLIC_TENANT):
        host = organizations[0].host
        found = [_resolved(host, fresh=False) for _ in range(size.switches)]
        fresh = [_resolved(host, fresh=True) for _ in range(size.switches)]
    yield Reading("switch", "host_known", median(found), "ms", size.switches)
    every = {"at_most_once_in_seconds": hosts.SECONDS}
    yield Reading("switch", "host_from_database", median(fresh), "ms", size.switches, every)


def _transaction(tenant: Tenant) -> float:
    with stopwatch() as watch, tenant_context(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return watch.seconds * 1000


def _resolved(host: str, *, fresh: bool) -> float:
    if fresh:
        hosts.forget_all()
    with stopwatch() as watch:
        hosts.organization_at(host)
    return watch.seconds * 1000
