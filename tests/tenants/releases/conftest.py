"""A database for every test, with a fleet of workspaces in it: a release changes what all others stand on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tenants import roles
from tenants.releases import Options, is_prepared, release
from tests.factories.fleet import SIZE, Fleet, build_ship, drop_database, everybody, run_nowhere, switched_to


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
            run_nowhere(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
            with switched_to(name):
                release(Options(pool=0))  # a copy has the same roles, so it could not drop a spare schema
                for number in range(SIZE):
                    build_ship(number)
    return name


@pytest.fixture
def fleet(_harbour: str, django_db_blocker: Any) -> Iterator[Fleet]:
    name = f"{_harbour}_now"
    with django_db_blocker.unblock():
        drop_database(name)
        run_nowhere(f'CREATE DATABASE "{name}" TEMPLATE "{_harbour}"')
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
