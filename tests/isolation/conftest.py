"""Acme is the reader's workspace; Bunyan is the other one, with a mark in every word of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from identity.services.tokens import issue_token
from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from tenants.models import Organization
from tenants.services.engines import enable_engine
from tests.isolation import walk
from tests.isolation.planting import SIGN, ids_of, make, make_alike, plant
from tests.isolation.walk import Member, Secret


@pytest.fixture
def tenant(stage: Any, db: None) -> Iterator[Tenant]:
    """Acme with every engine on; bound."""
    with tenant_context(stage.organization.as_tenant()):
        organization = enable_engine(actor=system_actor("test"), name="machines")
    with tenant_context(organization.as_tenant()) as bound:
        yield bound


@pytest.fixture
def secret(other_tenant: Tenant, olga: Any, actor_for: Any, tmp_path: Path, settings: Any) -> Secret:
    settings.FILES_ROOT = tmp_path / "files"
    with tenant_context(other_tenant), transaction.atomic():
        enable_engine(actor=system_actor("test"), name="machines")
    with public_context():
        organization = Organization.objects.get(pk=other_tenant.id)
        organization.name = f"{SIGN} Bunyan"
        organization.save(update_fields=["name"])
    bound = organization.as_tenant()
    with tenant_context(bound), transaction.atomic():
        rows = plant()
        made = make(olga, actor_for(olga, bound))
    return Secret(bound, rows, {**ids_of(rows), **made})


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
