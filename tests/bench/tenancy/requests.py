"""A page of a workspace: the first one of a process, of a connection, of a workspace, and then as usual."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from tenants import hosts
from tests.bench.measure import Reading, spread, stopwatch, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories import page_client

PATH = "/contacts/"


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    clients = [page_client(fleet.admin, tenant) for tenant in fleet.tenants[: size.samples]]
    context = {"path": PATH, "tenants_present": len(fleet.tenants)}
    cookie = clients[0].cookies[settings.SESSION_COOKIE_NAME].value
    processes = [_of_a_process(fleet.tenants[0].host, cookie) for _ in range(max(1, size.samples // 8))]
    first = [found["first"] for found in processes]
    yield from spread("tenancy", "first_request_of_process", first, **context, started_ms=processes[0]["started"])
    clients[0].get(PATH)
    fresh = []
    for client in clients:
        connection.close()
        hosts.forget_all()
        fresh.append(_timed(client))
    yield from spread("tenancy", "first_request_of_connection", fresh, **context)
    connection.close()
    clients[0].get(PATH)
    hosts.forget_all()
    yield from spread("tenancy", "first_request_of_workspace", [_timed(client) for client in clients[1:]], **context)
    yield from spread("tenancy", "warm_request", times_of(lambda: clients[0].get(PATH), size.repeats), **context)


def _timed(client: object) -> float:
    with stopwatch() as watch:
        response = client.get(PATH)  # type: ignore[attr-defined]  # a test client
    if response.status_code != 200:
        raise AssertionError(f"{PATH} answers {response.status_code}")
    return watch.seconds * 1000


def _of_a_process(host: str, cookie: str) -> dict[str, float]:
    """Milliseconds from the start of Python to a process that is ready, and of the first page it is asked for."""
    asked = [sys.executable, "-m", "tests.bench.tenancy.first_request", host, cookie, PATH]
    with stopwatch() as watch:
        done = subprocess.run(asked, env=child_environment(), check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "started": round(watch.seconds * 1000 - found["first"])}


def child_environment(**more: str) -> dict[str, str]:
    """For a process on the same database, whatever it was renamed to meanwhile."""
    known = connection.settings_dict
    url = f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    paths = os.pathsep.join([str(settings.ROOT / "platform"), str(settings.ROOT)])
    return {**os.environ, "DATABASE_URL": url, "PYTHONPATH": paths, **more}
