"""A database for every test, with a fleet of workspaces in it: a release changes what all others stand on."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tenants import roles, templates
from tenants.migrating import Applied
from tenants.releases import Options, is_prepared, release
from tenants.versions import version_of
from tests.factories.databases import create_database, drop_database
from tests.factories.fleet import SIZE, Fleet, build_ship, everybody, switched_to


@pytest.fixture(scope="session")
def _harbour(django_db_setup: None, django_db_blocker: Any) -> str:
    """The database that fleets are copied from, kept between runs while the migrations stay the same."""
    name = f"{settings.DATABASES['default']['NAME']}_fleet"
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            exists = cursor.fetchone() is not None
        if exists:
            with switched_to(name):
                exists = is_prepared() and len(everybody()) == SIZE
        if not exists:
            drop_database(name)
            create_database(name)
            with switched_to(name):
                release(Options(pool=0))  # a copy has the same roles, so it could not drop a spare schema
                for number in range(SIZE):
                    build_ship(number)
    return name


_recorded: dict[Any, str] = {}


@pytest.fixture(autouse=True)
def _record_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same migrations give the same SQL: tests that release the same need not record it each time anew."""
    honest = templates.record_tables

    def record(part: str, below: Iterable[str], only: Applied | None = None) -> str:
        below = tuple(below)
        key = (part, version_of(part), below, only)
        if key not in _recorded:
            _recorded[key] = honest(part, below, only)
        return _recorded[key]

    monkeypatch.setattr(templates, "record_tables", record)


@pytest.fixture
def fleet(_harbour: str, django_db_blocker: Any) -> Iterator[Fleet]:
    name = f"{_harbour}_now"
    with django_db_blocker.unblock():
        drop_database(name)
        create_database(name, _harbour)
        made: list[str] = []
        try:
            with switched_to(name):
                try:
                    yield Fleet(name)
                finally:
                    made = roles.roles_of_this_database()
        finally:
            drop_database(name)
            for role in made:
                roles.drop_role(role)
