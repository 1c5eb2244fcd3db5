"""A thousand workspaces on one server: making them, releasing to them, serving them, taking one out, ending one."""

from collections.abc import Iterator

from tests.bench.measure import Reading, progress, unlimited
from tests.bench.sizes import Size
from tests.bench.tenancy import binding, catalog, engines, library, memory, requests, signup, sweep
from tests.bench.tenancy.fleet import make_fleet


def run(size: Size) -> Iterator[Reading]:
    fleet = make_fleet(size)
    yield from fleet.readings()
    with unlimited():
        for part in (binding, requests, memory, sweep, catalog, engines, signup, library):
            progress(f"… {part.__name__.rpartition('.')[2]}")
            yield from part.readings(fleet, size)
