"""What a worker looks for every twenty seconds, and what the console asks of every workspace."""

from collections.abc import Iterator

from tenants import selectors
from tests.bench.measure import Reading, spread, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    context = {"tenants_present": len(fleet.tenants)}
    yield from spread("tenancy", "sweep", times_of(selectors.schemas_with_work, 5), every_seconds=20, **context)
    yield from spread("tenancy", "health_of_every_schema", times_of(selectors.health_of_every_schema, 3), **context)
