"""What a connection's server process and this process grow by when they go through many workspaces."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
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
    own = _own_kb()
    context = {"pages_read_in_each": len(_PATHS)}
    kept = _went_through(client, visits, every=10**9)
    grown = len(visits) - 1
    if kept and grown:
        told = {**context, "before_mb": round(kept[0] / 1024, 1), "after_mb": round(kept[-1] / 1024, 1)}
        yield Reading("tenancy", "server_memory_per_workspace", (kept[-1] - kept[0]) / grown, "kB", grown, told)
    if own is not None and grown:
        more = ((_own_kb() or own) - own) / grown
        yield Reading("tenancy", "python_memory_per_workspace", more, "kB", grown, {"before_mb": round(own / 1024)})
    every = max(1, len(visits) // 4)
    if recycled := _went_through(client, visits, every=every):
        told = {**context, "workspaces_of_a_connection": every, "workspaces": len(visits)}
        yield Reading("tenancy", "server_memory_recycled_peak", max(recycled) / 1024, "MB", len(visits), told)


def _went_through(client: Client, visits: list[Visit], *, every: int) -> list[float]:
    """Private memory of the server process after each workspace, on one connection or on as many as are used up."""
    usual, settings.CONNECTION_WORKSPACES = settings.CONNECTION_WORKSPACES, every
    connection.close()
    found: list[float] = []
    try:
        for visit in visits:
            _pages(client, visit)
            # What a server does at the end of a request; the test client keeps connections.
            connection.close_if_unusable_or_obsolete()
            if (kb := _private_kb(_server_pid())) is not None:
                found.append(kb)
    finally:
        settings.CONNECTION_WORKSPACES = usual
    return found


def _pages(client: Client, visit: Visit) -> None:
    for path in _PATHS:
        visit.look(client, path)


def _server_pid() -> str:
    connection.ensure_connection()
    return str(connection.connection.info.backend_pid)


def _own_kb() -> float | None:
    """This process, once everything that is free has been given back (by glibc; elsewhere it is as it is)."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
    return _private_kb("self")


def _private_kb(process: str) -> float | None:
    """Memory that is this process's alone; None where one may not see it (another machine, another system)."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines[1:])
    return float(sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")))
