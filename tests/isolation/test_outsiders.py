"""Every address of a workspace, asked for by people who have no business there."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from kernel.context import Tenant, tenant_context
from kernel.registry import registry
from tests.isolation.conftest import Secret, leaks
from tests.isolation.planting import own_models
from tests.isolation.routes import Address, addresses

Ask = Callable[..., Any]
Faces = Callable[[Any, Tenant], Client]
#: What the API answers to strangers: what can be asked here at all, and the door itself.
OPEN_API = ("api/v1/schema/", "api/v1/auth/token/")
JSON = {"content_type": "application/json"}


def _calls(secret: Secret) -> Iterator[tuple[str, Address]]:
    for address in addresses(secret.ids):
        yield "GET", address
        yield "POST", address


def _refused(response: Any) -> bool:
    """Sent to sign in, refused, not found, or not by this method."""
    if response.status_code == 302:
        return str(response["Location"]).startswith("/auth/login/")
    return response.status_code in (401, 403, 404, 405, 406, 415)


def _judge(method: str, address: Address, response: Any) -> str:
    """What was wrong, in one line; "" when nothing was."""
    if leaks(response):
        return f"{method} {address.path}: the other workspace's words in a {response.status_code}"
    if response.status_code >= 500:
        return f"{method} {address.path}: {response.status_code}"
    if address.access != "public" and address.route not in OPEN_API and not _refused(response):
        return f"{method} {address.path}: {response.status_code}"
    return ""


def _matrix(client: Client, secret: Secret, ask: Ask) -> list[str]:
    found = {_judge(method, address, ask(client, method, address.path)) for method, address in _calls(secret)}
    return sorted(found - {""})


def _fingerprint(secret: Secret) -> dict[str, Any]:
    """Every row of the other workspace."""
    with tenant_context(secret.tenant):
        return {
            model._meta.label: sorted(_line(row) for row in model._base_manager.values_list()) for model in own_models()
        }


def _line(row: tuple[Any, ...]) -> str:
    return str([bytes(value) if isinstance(value, memoryview) else value for value in row])


def test_every_table_of_a_workspace_is_marked(secret: Secret) -> None:
    """Otherwise the tests below would look for words that nobody planted."""
    assert len(secret.rows) == len(own_models())
    assert {e.model_class for e in registry.entities} <= set(secret.rows)


def test_the_mark_is_seen_by_those_who_may(
    secret: Secret, olga: Any, client_for: Faces, api_for: Faces, ask: Ask
) -> None:
    """The same walk as its owner finds the mark in many places: the tests below are not blind."""
    pages, api = client_for(olga, secret.tenant), api_for(olga, secret.tenant)
    seen = set()
    for address in addresses(secret.ids):
        inside = api if address.path.startswith("/api/") else pages
        if leaks(ask(inside, "GET", address.path)):
            seen.add(address.route)
    for entity in registry.entities:
        assert f"api/v1/{entity.plural}/" in seen
        assert f"api/v1/{entity.plural}/<str:pk>/" in seen
        if entity.pages:
            assert {f"{entity.plural}/", f"{entity.plural}/<uuid:pk>/"} <= seen


def test_without_a_session(secret: Secret, client_for: Faces, ask: Ask) -> None:
    before = _fingerprint(secret)
    assert _matrix(client_for(None, secret.tenant), secret, ask) == []
    assert _fingerprint(secret) == before


def test_with_a_session_of_another_workspace(
    secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, replay: Any, ask: Ask
) -> None:
    before = _fingerprint(secret)
    stranger = replay(client_for(sara, tenant), secret.tenant.host)
    assert stranger.cookies["sessionid"].value
    assert _matrix(stranger, secret, ask) == []
    assert _fingerprint(secret) == before


def test_with_a_token_of_another_workspace(secret: Secret, tenant: Tenant, sara: Any, token_of: Any, ask: Ask) -> None:
    before = _fingerprint(secret)
    stranger = Client(HTTP_HOST=secret.tenant.host, HTTP_AUTHORIZATION=f"Bearer {token_of(sara, tenant)}")
    assert _matrix(stranger, secret, ask) == []
    assert _fingerprint(secret) == before


def _lookalikes(secret: Secret, address: Address) -> str:
    """The address with the other workspace's ids wherever a query may name one."""
    ids = secret.ids
    named = {
        "account": ids["crm.Account"], "contact": ids["crm.Contact"], "parent": ids["crm.Account"],
        "owner": ids["identity.User"], "team": ids["identity.Team"], "pipeline": ids["sfa.Pipeline"],
        "stage": ids["sfa.Stage"], "product": ids["sfa.Product"], "view": ids["crm.SavedView"], "q": "qzxj",
    }  # fmt: skip
    return f"{address.path}?{'&'.join(f'{name}={value}' for name, value in named.items())}"


def test_members_of_this_workspace_asking_for_records_of_the_other(
    secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, api_for: Faces, ask: Ask
) -> None:
    before = _fingerprint(secret)
    pages, api = client_for(sara, tenant), api_for(sara, tenant)
    wrong = set()
    for address in addresses(secret.ids):
        inside = api if address.path.startswith("/api/") else pages
        for path in (address.path, _lookalikes(secret, address)):
            response = ask(inside, "GET", path)
            if leaks(response) and "qzxj" not in path:
                wrong.add(f"GET {path}: leaks")
            if response.status_code >= 500:
                wrong.add(f"GET {path}: {response.status_code}")
            if address.aimed and response.status_code not in (301, 302, 400, 403, 404, 405):
                wrong.add(f"GET {path}: {response.status_code}")
    assert sorted(wrong) == []
    assert _fingerprint(secret) == before


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_members_of_this_workspace_changing_records_of_the_other(
    method: str, secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, api_for: Faces, ask: Ask
) -> None:
    before = _fingerprint(secret)
    pages, api = client_for(sara, tenant), api_for(sara, tenant)
    wrong = set()
    for address in addresses(secret.ids):
        if not address.aimed:
            continue
        inside = api if address.path.startswith("/api/") else pages
        response = ask(inside, method, address.path, **({**JSON, "body": "{}"} if inside is api else {}))
        if leaks(response) or response.status_code not in (302, 400, 403, 404, 405, 415, 422):
            wrong.add(f"{method} {address.path}: {response.status_code}")
    assert sorted(wrong) == []
    assert _fingerprint(secret) == before


def test_every_operation_of_the_openapi_document(
    secret: Secret, tenant: Tenant, olga: Any, sara: Any, api_for: Faces, token_of: Any, ask: Ask
) -> None:
    """What the document offers the other workspace's owner is closed to strangers and empty for neighbours."""
    document = json.loads(ask(api_for(olga, secret.tenant), "GET", "/api/v1/schema/").whole)
    stranger = Client(HTTP_HOST=secret.tenant.host, HTTP_AUTHORIZATION=f"Bearer {token_of(sara, tenant)}")
    nobody = Client(HTTP_HOST=secret.tenant.host)
    wrong = []
    for path, operations in document["paths"].items():
        address = path.replace("{id}", str(_id_for(path, secret)))
        for method in set(operations) & {"get", "post", "patch", "put", "delete"}:
            if path.lstrip("/") in OPEN_API:
                continue
            for who in (stranger, nobody):
                response = ask(who, method.upper(), address, body="{}", **JSON)
                if response.status_code not in (401, 403, 404) or leaks(response):
                    wrong.append(f"{method} {address}: {response.status_code}")
    assert len(document["paths"]) > len(registry.entities)
    assert wrong == []


def _id_for(path: str, secret: Secret) -> Any:
    entity = next((e for e in registry.entities if f"/{e.plural}/" in path), None)
    return secret.ids[entity.model_class._meta.label if entity else "crm.Account"]


TRICKS = (
    {"HTTP_X_FORWARDED_HOST": "bunyan.localhost"},
    {"HTTP_X_FORWARDED_HOST": "bunyan.localhost", "HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_HOST": "bunyan.localhost"},
    {"HTTP_X_ORIGINAL_HOST": "bunyan.localhost"},
    {"HTTP_FORWARDED": "host=bunyan.localhost"},
    {"HTTP_X_REAL_HOST": "bunyan.localhost", "HTTP_X_ORIGINAL_URL": "http://bunyan.localhost/accounts/"},
    {"SERVER_NAME": "bunyan.localhost"},
    {"HTTP_HOST": "bunyan.localhost"},
    {"HTTP_HOST": "BUNYAN.localhost"},
    {"HTTP_HOST": "bunyan.localhost."},
    {"HTTP_HOST": "bunyan.localhost:8000"},
    {"HTTP_HOST": "acme.localhost, bunyan.localhost"},
    {"HTTP_HOST": "bunyan.localhost@acme.localhost"},
    {"HTTP_HOST": "acme.bunyan.localhost"},
    {"HTTP_HOST": "bunyan.acme.localhost"},
    {"HTTP_HOST": "bunyan.localhost.example.com"},
    {"HTTP_HOST": "bunyan%2elocalhost"},
    {"HTTP_HOST": "public.localhost"},
    {"HTTP_HOST": "console.localhost"},
    {"HTTP_HOST": "127.0.0.1"},
    {"HTTP_HOST": ""},
)
ASKED = ("/", "/accounts/", "/deals/board/", "/palette/?q=qzxj", "/api/v1/accounts/", "/api/v1/users/", "/api/v1/")


@pytest.mark.parametrize("trick", TRICKS, ids=lambda t: " ".join(f"{k}={v}" for k, v in t.items()))
def test_tricks_with_the_host(
    trick: dict[str, str], secret: Secret, tenant: Tenant, sara: Any, client_for: Faces, token_of: Any, ask: Ask
) -> None:
    extra = {"HTTP_AUTHORIZATION": f"Bearer {token_of(sara, tenant)}"}
    client = client_for(sara, tenant)
    for path in ASKED:
        headers = {**trick, **(extra if path.startswith("/api/") else {})}
        response = ask(client, "GET", path, **headers)
        found = response.whole.replace(b"qzxj", b"", 1) if "q=qzxj" in path else response.whole
        assert b"qzxj" not in found, path
        assert response.status_code < 500, path
        assert "bunyan" not in response.headers.get("Location", ""), path
