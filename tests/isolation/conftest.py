"""Acme is the reader's workspace; Bunyan is the other one, with a mark in every word of it.

Both are made once for all tests of this folder, and committed: what a test changes is rolled back with it.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from identity.actors import actor_for
from identity.models import User
from identity.services.tokens import issue_token
from kernel import outbox
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tests.factories import keep_workspaces, let_go, make_cast, make_workspace
from tests.isolation import walk
from tests.isolation.planting import SIGN, ids_of, make, make_alike, plant
from tests.isolation.walk import Member, Secret

HOME, MARKED = "plain", "marked"
ENGINES = ("sfa", "machines")


@dataclass(frozen=True)
class Planted:
    """What stands in the marked workspace, and the folder with its files."""

    rows: dict[Any, Any]
    ids: dict[str, Any]
    files: Path


@pytest.fixture(scope="package")
def stage(stage: Any, django_db_blocker: Any) -> Iterator[Any]:
    """Two workspaces of this folder's own, where every engine is on."""
    keep_workspaces(HOME, MARKED)
    with django_db_blocker.unblock():
        organization, sara = make_workspace(HOME, name="Acme", engines=ENGINES)
        admin = ("Olga Petrova", "olga@example.com")
        other, olga = make_workspace(MARKED, name=f"{SIGN} Bunyan", engines=ENGINES, admin=admin)
        cast = make_cast(organization, sara)
        for one in (organization, other):
            with tenant_context(one.as_tenant()):
                outbox.relay()  # a test starts with nothing waiting
    yield replace(stage, organization=organization, other=other, cast=cast, olga=olga)
    with django_db_blocker.unblock():
        let_go(HOME, MARKED)


@pytest.fixture(scope="package")
def planted(stage: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder, bound = tmp_path_factory.mktemp("planted"), stage.other.as_tenant()
    own_folder = override_settings(FILES_ROOT=folder)
    with django_db_blocker.unblock(), own_folder, tenant_context(bound), transaction.atomic():
        rows = plant()
        olga = User.objects.select_related("role", "team").get(pk=stage.olga.pk)
        made = make(olga, actor_for(olga, bound))
    return Planted(rows, {**ids_of(rows), **made}, folder)


@pytest.fixture
def secret(planted: Planted, other_tenant: Tenant, tmp_path: Path, settings: Any) -> Secret:
    settings.FILES_ROOT = tmp_path / "files"
    shutil.copytree(planted.files, settings.FILES_ROOT)
    return Secret(other_tenant, dict(planted.rows), dict(planted.ids))


@pytest.fixture
def replay() -> Callable[[Client, str], Client]:
    """The same cookies sent to another host, as somebody would who copied them."""

    def again(client: Client, host: str) -> Client:
        other = Client(HTTP_HOST=host, raise_request_exception=False)
        other.cookies = client.cookies
        return other

    return again


@pytest.fixture
def token_of(db: None) -> Callable[[Any, Tenant], str]:
    def make(user: Any, where: Tenant) -> str:
        with tenant_context(where), transaction.atomic():
            return issue_token(actor=system_actor("test"), user=user, name="test")[1]

    return make


@pytest.fixture
def ask() -> Callable[..., Any]:
    return walk.ask


@pytest.fixture
def neighbour(tenant: Tenant, sara: Any, client_for: Any, api_for: Any, actor_for: Any) -> Member:
    """Sara, who may do everything in her own workspace, where every engine is on."""
    with transaction.atomic():
        make_alike(actor_for(sara))
    return Member(lambda: client_for(sara, tenant), api_for(sara, tenant))
