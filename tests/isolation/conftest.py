"""Acme is the reader's workspace; Bunyan is the other one, with a mark in every word of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from identity.services.tokens import issue_token
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tenants.services.engines import enable_engine
from tests.isolation.planting import MARK, ids_of, plant


@dataclass(frozen=True)
class Secret:
    """What stands in the other workspace."""

    tenant: Tenant
    rows: dict[Any, Any]
    ids: dict[str, Any] = field(default_factory=dict)

    def id(self, label: str) -> Any:
        return self.ids[label]


@pytest.fixture
def secret(stage: Any, other_tenant: Tenant) -> Secret:
    with tenant_context(other_tenant), transaction.atomic():
        bound = enable_engine(actor=system_actor("test"), name="machines").as_tenant()
    with tenant_context(bound), transaction.atomic():
        rows = plant()
    return Secret(bound, rows, ids_of(rows))


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
    """One request, never refused for its number; the answer's `whole` is its body, streamed or not."""

    def request(client: Client, method: str, path: str, **extra: Any) -> Any:
        cache.clear()
        client.raise_request_exception = False
        response: Any = client.generic(method, path, extra.pop("body", ""), **extra)
        response.whole = _body(response)
        return response

    return request


def _body(response: Any) -> bytes:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)
    return bytes(response.content)


def leaks(response: Any) -> bool:
    """Whether the mark is in the body or in a header."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output() if response.cookies else ""
    return MARK.encode() in response.whole or MARK in headers or MARK in cookies
