"""A database of the benches' own: made anew, prepared as an installation's, dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from tenants import roles, sql
from tests.bench.measure import progress


@contextmanager
def own_database(*, keep: bool) -> Iterator[str]:
    from tenants.releases import release

    stem = str(settings.DATABASES["default"]["NAME"])
    name = stem if stem.endswith("_bench") else f"{stem}_bench"
    if not (keep and _exists(name)):
        drop(name)
        _nowhere(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    progress(f"Preparing {name} …")
    release()
    try:
        yield name
    finally:
        connection.close()
        if not keep:
            drop(name)


def drop(name: str) -> None:
    """With the roles of its workspaces, which belong to the server and would stay."""
    own: list[str] = []
    if _exists(name):
        with _connected_to(name):
            own = roles.roles_of_this_database()
    _nowhere(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    for start in range(0, len(own), 200):
        _nowhere(f"DROP ROLE {', '.join(sql.quoted(role) for role in own[start : start + 200])}")


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _nowhere(statement: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None
