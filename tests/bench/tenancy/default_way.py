"""Schemas made and released by django-tenants itself; a program of its own, run by tests.bench.tenancy.library.

Says, as JSON, how many seconds each took: `TenantMixin.create_schema`, which runs every migration into the fresh
schema; `migrate_schemas` when the code is a column and an index newer; and once more, with nothing left to do.
"""

import json
import sys
import time
from collections.abc import Callable


def main(names: list[str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tenants.models import Organization
    from tests.factories.newer import newer

    def create(name: str) -> None:
        Organization(schema_name=name, name=name, subdomain=name[-20:]).create_schema(verbosity=0)

    def migrate(name: str) -> None:
        call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)

    found = {"create": _times(create, names)}
    with newer():
        found |= {"release": _times(migrate, names), "no_op": _times(migrate, names)}
    sys.stdout.write(json.dumps(found) + "\n")


def _times(act: Callable[[str], None], names: list[str]) -> list[float]:
    found = []
    for name in names:
        begin = time.perf_counter()
        act(name)
        found.append(time.perf_counter() - begin)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
