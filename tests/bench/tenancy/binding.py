"""What binding a request's transaction to its workspace costs. Budget: 0.3 ms."""

from collections.abc import Iterator
from statistics import median

from django.db import connection, transaction

from kernel.context import PUBLIC_TENANT, Tenant, public_context, tenant_context
from tenants import hosts, sql
from tenants.pool import build_schema, discard_schema, new_name
from tests.bench.measure import Reading, spread, stopwatch
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    """The same transaction in public, where nothing is bound, and in one workspace after the other."""
    tenants = fleet.tenants[:3]
    bare: list[float] = []
    bound: list[float] = []
    for turn in range(size.switches):
        bare.append(_transaction(PUBLIC_TENANT))
        bound.append(_transaction(tenants[turn % len(tenants)]))
    cost = median(bound) - median(bare)
    context = {"budget": 0.3, "of": "median with − median without", "binds": "search_path and role"}
    yield Reading("tenancy", "binding", cost, "ms", size.switches, context)
    yield from spread("tenancy", "transaction_in_workspace", bound, statements=1)
    yield from _roles(tenants[0], size)
    with tenant_context(PUBLIC_TENANT):
        found = [_resolved(tenants[0].host, fresh=False) for _ in range(size.switches)]
        fresh = [_resolved(tenants[0].host, fresh=True) for _ in range(size.switches)]
    yield Reading("tenancy", "host_known", median(found), "ms", size.switches)
    every = {"at_most_once_in_seconds": hosts.SECONDS}
    yield Reading("tenancy", "host_from_database", median(fresh), "ms", size.switches, every)


def _roles(tenant: Tenant, size: Size) -> Iterator[Reading]:
    """A backend reads all memberships of its login when it takes on a role for the first time, and again after each
    role that anybody makes or drops. That grows with the number of workspaces.
    """
    fresh: list[float] = []
    again: list[float] = []
    for _ in range(max(1, size.samples // 4)):
        connection.close()
        _transaction(PUBLIC_TENANT)
        fresh.append(_transaction(tenant))
        schema = new_name()
        build_schema(schema)
        again.append(_transaction(tenant))
        with public_context(), transaction.atomic():
            discard_schema(schema)
    with public_context():
        roles = int(sql.one("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"))
    yield Reading("tenancy", "binding_of_fresh_connection", median(fresh), "ms", len(fresh), {"roles_of_login": roles})
    yield Reading("tenancy", "binding_after_new_role", median(again), "ms", len(again), {"roles_of_login": roles})


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
