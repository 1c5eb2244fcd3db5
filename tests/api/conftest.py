"""Programs at Acme's API, one for each of the cast; `ask` sends JSON and gives the answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kernel.access import Actor, system_actor
from kernel.context import Tenant
from kernel.records import create_record

Ask = Callable[..., Any]


def asker(client: Client) -> Ask:
    """`ask("post", "accounts/", {...})`: paths below /api/v1/ unless they begin with a slash."""

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else json.dumps(body).encode()
        return client.generic(method.upper(), address, content, content_type="application/json", headers=given)

    return ask


@pytest.fixture
def admin(sara: Any, tenant: Tenant, api_for: Any) -> Ask:
    return asker(api_for(sara, tenant))


@pytest.fixture
def manager(mina: Any, tenant: Tenant, api_for: Any) -> Ask:
    return asker(api_for(mina, tenant))


@pytest.fixture
def member(nima: Any, tenant: Tenant, api_for: Any) -> Ask:
    return asker(api_for(nima, tenant))


@pytest.fixture
def reader(reza: Any, tenant: Tenant, api_for: Any) -> Ask:
    return asker(api_for(reza, tenant))


@pytest.fixture
def stranger(tenant: Tenant, api_for: Any) -> Ask:
    """Nobody: no token, no session."""
    return asker(api_for(None, tenant))


@pytest.fixture
def system() -> Actor:
    return system_actor("test")


@pytest.fixture
def make(tenant: Tenant, system: Actor) -> Callable[..., Any]:
    """`make("account", name="Zagros")`: a record, made by the service as anybody would."""

    def record(entity: str, **values: Any) -> Any:
        return create_record(entity, actor=system, values=values)

    return record
