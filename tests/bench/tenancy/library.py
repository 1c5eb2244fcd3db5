"""The library's default way in the same run, on the same server with as many neighbours: migrations, one by one."""

import json
import subprocess
import sys
from collections.abc import Iterator

from kernel.context import public_context
from tenants.pool import discard_schema, new_name
from tests.bench.measure import Reading, spread
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet
from tests.bench.tenancy.requests import child_environment


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    names = [new_name() for _ in range(size.library)]
    environment = child_environment(DJANGO_SETTINGS_MODULE="tests.bench.library_settings")
    asked = [sys.executable, "-W", "ignore", "-m", "tests.bench.tenancy.default_way", *names]
    try:
        done = subprocess.run(asked, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        with public_context():
            for name in names:
                discard_schema(name)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    context = {"tenants_present": len(fleet.tenants), "backend": "django_tenants.postgresql_backend"}
    for metric, times in found.items():
        yield from spread("tenancy", f"library_{metric}", [one * 1000 for one in times], **context)
