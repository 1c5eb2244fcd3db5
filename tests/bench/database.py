"""A database of the benches' own: made anew, prepared as an installation's, dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from tests.bench.measure import progress
from tests.factories.databases import create_database, drop_database


@contextmanager
def own_database(*, keep: bool) -> Iterator[str]:
    from tenants.releases import release

    stem = str(settings.DATABASES["default"]["NAME"])
    name = stem if stem.endswith("_bench") else f"{stem}_bench"
    if not (keep and _exists(name)):
        drop_database(name)
        create_database(name)
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    progress(f"Preparing {name} …")
    release()
    try:
        yield name
    finally:
        connection.close()
        if not keep:
            drop_database(name)


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None
