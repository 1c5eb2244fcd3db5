"""A thousand workspaces on one server: making them, releasing to them, serving them, taking one out, ending one."""

from collections.abc import Iterator

from tests.bench.measure import Reading, progress, unlimited
from tests.bench.sizes import Size
from tests.bench.tenancy import (
    archives,
    binding,
    catalog,
    endings,
    engines,
    library,
    memory,
    ratios,
    releases,
    requests,
    signup,
    sweep,
)
from tests.bench.tenancy.fleet import make_fleet

_PARTS = (binding, requests, memory, sweep, catalog, engines, signup, library, releases, endings)


def run(size: Size) -> Iterator[Reading]:
    found: dict[str, Reading] = {}
    with unlimited():
        for reading in _measured(size):
            found[reading.metric] = reading
            yield reading
    yield from ratios.readings(found)


def _measured(size: Size) -> Iterator[Reading]:
    progress("… who will be exported")
    with archives.subjects(size) as subjects:
        fleet = make_fleet(size)
        yield from fleet.readings()
        for part in _PARTS:
            progress(f"… {part.__name__.rpartition('.')[2]}")
            yield from part.readings(fleet, size)
        progress("… archives")
        yield from archives.readings(subjects, fleet, size)
