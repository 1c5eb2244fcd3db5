"""The cache all workspaces share: every key says whose it is."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.test import Client

from kernel.context import Tenant, public_context, tenant_context
from tenants import health, hosts, limits
from tests.factories import PASSWORD
from tests.isolation.planting import MARK
from tests.isolation.routes import addresses, of_one_entity
from tests.isolation.walk import Member, Secret, ask

#: What the provider keeps for itself; everything else belongs to a workspace.
PROVIDERS = ("host-changed:", "limit:", "queue-heartbeat")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every key as the cache is given it, read or written."""
    found: list[str] = []
    real = BaseCache.make_and_validate_key

    def noting(self: BaseCache, key: str, version: int | None = None) -> str:
        made: str = real(self, key, version)
        found.append(made)
        return made

    monkeypatch.setattr(BaseCache, "make_and_validate_key", noting)
    return found


def strays(keys: list[str], tenant: Tenant) -> list[str]:
    """Keys that are neither this workspace's nor the provider's own."""
    own = f":1:{tenant.schema}:"
    public = tuple(f":1:public:{name}" for name in PROVIDERS)
    return sorted({key for key in keys if not key.startswith(own) and not key.startswith(public)})


def test_every_key_a_request_writes_carries_its_workspace(
    keys: list[str], secret: Secret, tenant: Tenant, neighbour: Member
) -> None:
    for address in of_one_entity(addresses(secret.ids)):
        neighbour.ask("GET", address.path)
    for path, body in (
        ("/auth/login/", f"login=x%40example.com&password={PASSWORD}"),
        ("/auth/password/reset/", "email=x%40e.example"),
    ):
        ask(Client(HTTP_HOST=tenant.host), "POST", path, body=body, content_type="application/x-www-form-urlencoded")
    ask(Client(HTTP_HOST=tenant.host), "GET", "/auth/invitation/qqqq/")
    assert strays(keys, tenant) == []
    assert any(f"{tenant.schema}:rate:" in key for key in keys)
    assert any(f"{tenant.schema}:allauth:rl:" in key for key in keys), set(keys)
    assert not any(secret.tenant.schema in key for key in keys)


def test_what_the_provider_caches_is_its_own(keys: list[str], secret: Secret, tenant: Tenant) -> None:
    """Written on hosts that are no workspace; out of reach from inside one."""
    with public_context():
        hosts.forget(secret.tenant.host)
        health.beat()
        limits.spend("check", "somebody")
    assert {key.split(":")[2] for key in keys} == {"public"}
    assert all(key.split(":", 3)[3].startswith(PROVIDERS) for key in keys)
    with tenant_context(tenant):
        assert cache.get(health.HEARTBEAT) is None
        assert cache.get(f"host-changed:{secret.tenant.host}") is None


def test_no_name_of_a_key_reaches_another_workspace(secret: Secret, tenant: Tenant) -> None:
    """Not by writing the other's prefix into the key, and not by its version."""
    with tenant_context(secret.tenant):
        cache.set("key", MARK)
    with tenant_context(tenant):
        for name in (
            "key",
            f"{secret.tenant.schema}:key",
            f"../{secret.tenant.schema}:key",
            f":1:{secret.tenant.schema}:key",
        ):
            assert cache.get(name) is None, name
            assert cache.get(name, version=1) is None, name
        assert cache.get_many(["key"]) == {}
        cache.delete("key")
        cache.delete_many(["key"])
    with tenant_context(secret.tenant):
        assert cache.get("key") == MARK


def test_a_stray_key_is_reported(tenant: Tenant) -> None:
    keys: Any = [
        ":1:public:prices",
        ":1:t_other:rate:1",
        f":1:{tenant.schema}:rate:1",
        ":1:public:limit:find:1",
        "rate",
    ]
    assert strays(keys, tenant) == [":1:public:prices", ":1:t_other:rate:1", "rate"]
