"""One database a worker, kept between runs while the migrations stay the same; two workspaces with a cast in it.

`tenant` binds the first workspace inside the test's own transaction, so what a test writes is gone after it.
`live_tenant` is a workspace of the test's own with real commits, for threads, browsers and workers.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client, TransactionTestCase
from django.utils.translation import deactivate
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from kernel.context import Tenant, public_context, tenant_context

# How quickly examples are made says something about the machine and its neighbours, and nothing about our code.
hypothesis_settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any_machine")


@dataclass(frozen=True)
class Stage:
    """What the session's database holds: committed once, never changed."""

    organization: Any
    other: Any
    cast: Any
    olga: Any


HOME, ELSEWHERE = "acme", "bunyan"


def _test_database() -> str:
    stem = settings.DATABASES["default"]["NAME"]
    stem = stem if stem.startswith("test_") else f"test_{stem}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return f"{stem}_{worker}" if worker else stem


def _make_database(name: str) -> None:
    """Create it, or keep the one of the last run when it was prepared for these very migrations."""
    from tenants import releases
    from tests.factories.databases import create_database, drop_database

    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        exists = cursor.fetchone() is not None
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    if exists and not releases.is_prepared():
        drop_database(name)
        exists = False
    if not exists:
        create_database(name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own would migrate every table into one schema."""
    from tenants.releases import Options, release

    # whitenoise warns of an absent folder, and warnings are errors here
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with django_db_blocker.unblock():
        _make_database(_test_database())
        release(Options(pool=2))
    yield
    connections.close_all()


@pytest.fixture(scope="session")
def stage(django_db_setup: None, django_db_blocker: Any) -> Stage:
    from kernel import outbox
    from kernel.models import AuditEntry
    from tests.factories import drop_everything_else, make_cast, make_workspace

    with django_db_blocker.unblock():
        drop_everything_else()
        organization, sara = make_workspace(HOME, name="Acme")
        other, olga = make_workspace(ELSEWHERE, name="Bunyan", admin=("Olga Petrova", "olga@example.com"))
        cast = make_cast(organization, sara)
        for one in (organization, other):
            with tenant_context(one.as_tenant()):
                outbox.relay()  # a test starts with nothing waiting
                with transaction.atomic():
                    AuditEntry.objects.all().delete()  # nothing to seal, nor a seal whose number a test gives again
        return Stage(organization, other, cast, olga)


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process remembers between requests must not reach the next test."""
    from tenants import hosts

    # On a busy machine a test takes longer than this, and its count of queries would hang on the clock.
    monkeypatch.setattr(hosts, "SECONDS", 60.0)
    cache.clear()
    hosts.forget_all()
    deactivate()  # a request leaves its reader's language behind until the next one comes


@pytest.fixture(autouse=True, scope="session")
def _keep_the_stage() -> Iterator[None]:
    """Django empties every table of the public schema after a test with real commits; ours would lose the templates."""
    from tests.factories import drop_everything_else

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: drop_everything_else((HOME, ELSEWHERE)))
    yield
    patch.undo()


@pytest.fixture
def tenant(stage: Stage, db: None) -> Iterator[Tenant]:
    """Acme, English, Sales on; bound."""
    with tenant_context(stage.organization.as_tenant()) as bound:
        yield bound


@pytest.fixture
def other_tenant(stage: Stage, db: None) -> Tenant:
    """Bunyan, Sales on; not bound. Olga's."""
    bound: Tenant = stage.other.as_tenant()
    return bound


@pytest.fixture
def live_tenant(stage: Stage, transactional_db: None) -> Iterator[Tenant]:
    """A workspace with Sara in it and real commits, dropped afterwards."""
    from tests.factories import make_workspace

    organization, _sara = make_workspace(name="Live")
    with tenant_context(organization.as_tenant()) as bound:
        yield bound


@pytest.fixture
def public(stage: Stage, db: None) -> Iterator[None]:
    with public_context():
        yield


def _again(user: Any, organization: Any) -> Any:
    """The person as the database has them, never an object that an earlier test may have changed."""
    with tenant_context(organization.as_tenant()):
        return type(user).objects.select_related("role", "team").get(pk=user.pk)


@pytest.fixture
def sara(stage: Stage, db: None) -> Any:
    """Administrator."""
    return _again(stage.cast.sara, stage.organization)


@pytest.fixture
def mina(stage: Stage, db: None) -> Any:
    """Manager; leads North."""
    return _again(stage.cast.mina, stage.organization)


@pytest.fixture
def nima(stage: Stage, db: None) -> Any:
    """Member of North."""
    return _again(stage.cast.nima, stage.organization)


@pytest.fixture
def reza(stage: Stage, db: None) -> Any:
    """Reader, in no team."""
    return _again(stage.cast.reza, stage.organization)


@pytest.fixture
def olga(stage: Stage, db: None) -> Any:
    """Administrator of the other workspace: the outsider of every access test."""
    return _again(stage.olga, stage.other)


@pytest.fixture
def actor_for(stage: Stage, db: None) -> Callable[..., Any]:
    """`actor_for(nima)`: who she is as an actor, here or in the tenant given."""
    from identity.actors import actor_for as build

    def actor(user: Any, where: Tenant | None = None) -> Any:
        where = where or stage.organization.as_tenant()
        with tenant_context(where):
            return build(user, where)

    return actor


@pytest.fixture
def client_for(db: None) -> Callable[[Any, Tenant], Client]:
    from tests.factories import page_client

    return partial(page_client)


@pytest.fixture
def api_for(db: None) -> Callable[[Any, Tenant], Client]:
    from tests.factories import api_client

    return partial(api_client)
