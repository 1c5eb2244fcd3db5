"""What a connection's server process and this process grow by when they go through many workspaces."""

import gc
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.test import Client

from tests.bench.measure import Reading
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.bench.tenancy.requests import Visit

_PATHS = ("/", "/contacts/", "/accounts/", "/deals/", "/deals/board/", "/palette/?q=sara")


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    visits = [Visit(fleet.admin, tenant) for tenant in fleet.tenants[: size.touched]]
    # One client for all: each brings middleware of its own.
    client = Client()
    connection.close()
    _pages(client, visits[0])
    gc.collect()
    server, own = _private_kb(_server_pid()), _private_kb("self")
    for visit in visits[1:]:
        _pages(client, visit)
    gc.collect()
    grown = len(visits) - 1
    context = {"pages_read_in_each": len(_PATHS)}
    if server is not None and grown:
        after = _private_kb(_server_pid()) or server
        told = {**context, "before_mb": round(server / 1024, 1), "after_mb": round(after / 1024, 1)}
        yield Reading("tenancy", "server_memory_per_workspace", (after - server) / grown, "kB", grown, told)
    if own is not None and grown:
        more = ((_private_kb("self") or own) - own) / grown
        yield Reading("tenancy", "python_memory_per_workspace", more, "kB", grown, {"before_mb": round(own / 1024)})


def _pages(client: Client, visit: Visit) -> None:
    for path in _PATHS:
        visit.look(client, path)


def _server_pid() -> str:
    connection.ensure_connection()
    return str(connection.connection.info.backend_pid)


def _private_kb(process: str) -> float | None:
    """Memory that is this process's alone; None where one may not see it (another machine, another system)."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines[1:])
    return float(sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")))
