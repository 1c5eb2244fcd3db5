"""From the POST of a sign-up to a workspace one can use, with many other workspaces present. Budget: 1 s (p95)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from kernel.context import public_context
from kernel.ids import uuid7
from tenants.models import SpareSchema
from tenants.pool import claim_schema, discard_schema, refill_pool
from tests.bench.measure import Reading, spread, stopwatch
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories import Api


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    refill_pool()
    client = Api(HTTP_HOST=settings.BASE_HOST)
    _sign_up(client)
    with _refilling():
        warm = [_sign_up(client) for _ in range(size.sign_ups)]
    _empty_pool()
    cold = [_sign_up(client) for _ in range(max(2, size.sign_ups // 4))]
    context = {"tenants_present": len(fleet.tenants)}
    pool = {"spare_schemas": settings.POOL_SIZE, "refilled": "meanwhile"}
    yield from spread("tenancy", "signup", warm, budget=1000, **context, **pool)
    yield from spread("tenancy", "signup_without_spare_schema", cold, budget=1000, **context)
    with stopwatch() as watch:
        refill_pool(size.sign_ups)
    yield Reading("tenancy", "spare_schema", watch.seconds * 1000 / size.sign_ups, "ms", size.sign_ups, context)
    claims = [_claim() for _ in range(size.sign_ups)]
    yield from spread("tenancy", "claim", [millis for _schema, millis in claims], budget=10, **context)
    for schema, _millis in claims:
        with public_context(), transaction.atomic():
            discard_schema(schema)


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


def _claim() -> tuple[str, float]:
    """A ready schema is somebody's, and the transaction is committed."""
    with stopwatch() as watch:
        schema = claim_schema()
    return schema, watch.seconds * 1000


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
