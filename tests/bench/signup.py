"""From the POST of a sign-up to a workspace one can use, with many other workspaces present. Budget: 1 s (p95)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from tenants.models import Organization, SpareSchema
from tenants.pool import build_schema, claim_schema, discard_schema, refill_pool
from tenants.templates import replay
from tenants.versions import CORE, version_of
from tests.bench.measure import Reading, progress, spread, stopwatch, unlimited
from tests.bench.sizes import Size
from tests.factories import Api


def run(size: Size) -> Iterator[Reading]:
    present = _neighbours(size)
    refill_pool()
    client = Api(HTTP_HOST=settings.BASE_HOST)
    with unlimited():
        _sign_up(client)
        with _refilling():
            progress(f"{size.sign_ups} sign-ups")
            warm = [_sign_up(client) for _ in range(size.sign_ups)]
        _empty_pool()
        cold = [_sign_up(client) for _ in range(max(2, size.sign_ups // 4))]
    with public_context():
        most = Organization.objects.count()
    context = {"tenants_present": present, "tenants_after": most}
    pool = {"spare_schemas": settings.POOL_SIZE, "refilled": "meanwhile"}
    yield from spread("signup", "signup", warm, budget=1000, **context, **pool)
    yield from spread("signup", "signup_without_spare_schema", cold, **context)
    refill_pool(size.sign_ups)
    yield from spread("signup", "claim", [_claim() for _ in range(size.sign_ups)], **context)


def _neighbours(size: Size) -> int:
    """Workspaces with the core's tables and those of Sales, as many as time allows."""
    progress(f"Building {size.tenants} neighbours (at most {size.building:.0f} s)")
    until = time.monotonic() + size.building
    with public_context():
        present: int = Organization.objects.count()
    while present < size.tenants and time.monotonic() < until:
        pk = uuid7()
        row = Organization(
            id=pk, name=f"Neighbour {present}", subdomain=f"n{pk.hex[-20:]}", schema_name=f"t_{pk.hex}",
            engines=["sfa"], releases={part: version_of(part) for part in (CORE, "sfa")},
        )  # fmt: skip
        build_schema(row.schema_name)
        with tenant_context(Tenant(schema=row.schema_name, operator=True)), transaction.atomic():
            replay("sfa")
        with public_context():
            row.save(force_insert=True)
        present += 1
        if present % 100 == 0:
            progress(f"… {present}")
    return present


def _sign_up(client: Client) -> float:
    name = f"b{uuid7().hex[-14:]}"
    values = {
        "organization": f"Bench {name}", "subdomain": name, "name": "Sara Ahmadi", "email": "sara@example.com",
        "password": f"tall-cedar-{name}", "language": "fa",
    }  # fmt: skip
    with stopwatch() as watch:
        response = client.post("/api/v1/signup/", values)
    if response.status_code != 201:
        raise AssertionError(response.content[:300])
    return watch.seconds * 1000


def _claim() -> float:
    """A ready schema gets its name, and the transaction is committed."""
    with stopwatch() as watch:
        claim_schema()
    return watch.seconds * 1000


def _empty_pool() -> None:
    with public_context():
        for spare in SpareSchema.objects.all():
            discard_schema(spare.schema_name)
            spare.delete()


@contextmanager
def _refilling() -> Iterator[None]:
    """What the worker does every half minute, here all the time: sign-ups of a bench come faster than people's."""
    done = threading.Event()

    def refill() -> None:
        while not done.is_set():
            refill_pool()
            done.wait(0.05)
        connection.close()

    thread = threading.Thread(target=refill, name="refill", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
