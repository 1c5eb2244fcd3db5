"""A page of a workspace: the first one of a process, of a connection, of a workspace, and then as usual."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import Client

from identity.models import User
from kernel.context import Tenant
from tenants import hosts
from tests.bench.measure import Reading, long_watch, spread, stopwatch, times_of
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.factories import page_client

PATH = "/contacts/"


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    context = {"path": PATH, "tenants_present": len(fleet.tenants)}
    visits = [Visit(fleet.admin, tenant) for tenant in fleet.tenants[: size.samples]]
    processes = [_of_a_process(visits[0]) for _ in range(max(1, size.samples // 8))]
    first = [found["first"] for found in processes]
    yield from spread("tenancy", "first_request_of_process", first, **context, started_ms=processes[0]["started"])
    # One client for all: each brings middleware of its own.
    client = Client()
    visits[0].look(client)
    fresh = []
    for visit in visits:
        connection.close()
        hosts.forget_all()
        fresh.append(visit.look(client))
    yield from spread("tenancy", "first_request_of_connection", fresh, **context)
    connection.close()
    hosts.forget_all()
    visits[0].look(client)
    yield from spread("tenancy", "first_request_of_workspace", [one.look(client) for one in visits[1:]], **context)
    with long_watch() as watch:
        warm = times_of(lambda: visits[0].look(client), size.repeats)
    turns = size.repeats + 1
    cpu = {"python_ms": round(watch.cpu * 1000 / turns, 1), "server_ms": round(watch.server_cpu * 1000 / turns, 1)}
    yield from spread("tenancy", "warm_request", warm, **context, **cpu)


class Visit:
    """Somebody who is signed in to a workspace."""

    def __init__(self, user: User, tenant: Tenant) -> None:
        self.host = tenant.host
        self.cookie = page_client(user, tenant).cookies[settings.SESSION_COOKIE_NAME].value

    def look(self, client: Client, path: str = PATH) -> float:
        """Milliseconds until the page is there."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.cookie}"
        with stopwatch() as watch:
            response = client.get(path, HTTP_HOST=self.host, HTTP_COOKIE=cookie)
        if response.status_code != 200:
            raise AssertionError(f"{path} answers {response.status_code}")
        return watch.seconds * 1000


def _of_a_process(visit: Visit) -> dict[str, float]:
    """Milliseconds from the start of Python to a process that is ready, and of the first page it is asked for."""
    asked = [sys.executable, "-m", "tests.bench.tenancy.first_request", visit.host, visit.cookie, PATH]
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
