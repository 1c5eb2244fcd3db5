"""Hosts and headers: what a request says of itself never decides whose workspace it is, the host it came to does."""

from typing import Any

import pytest
from django.test import Client

from kernel.context import Tenant
from tests.isolation.walk import Secret, ask, leaks, why

THEIRS = "marked.localhost"
#: Headers beside the right Host: none of them is believed.
CLAIMS = (
    {"HTTP_X_FORWARDED_HOST": THEIRS},
    {"HTTP_X_FORWARDED_HOST": THEIRS, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_PORT": "443"},
    {"HTTP_X_FORWARDED_SERVER": THEIRS},
    {"HTTP_X_HOST": THEIRS},
    {"HTTP_X_ORIGINAL_HOST": THEIRS},
    {"HTTP_X_REAL_HOST": THEIRS, "HTTP_X_ORIGINAL_URL": f"http://{THEIRS}/accounts/"},
    {"HTTP_X_REWRITE_URL": f"http://{THEIRS}/accounts/"},
    {"HTTP_FORWARDED": f"host={THEIRS}"},
    {"HTTP_X_TENANT": "{schema}"},
    {"HTTP_X_TENANT": "marked", "HTTP_X_TENANT_ID": "{id}", "HTTP_X_TENANT_SCHEMA": "{schema}"},
    {"HTTP_X_ORGANIZATION": "{id}", "HTTP_X_WORKSPACE": "marked", "HTTP_PEYVAND_SCHEMA": "{schema}"},
    {"HTTP_REFERER": f"http://{THEIRS}/accounts/", "HTTP_ORIGIN": f"http://{THEIRS}"},
    {"HTTP_HX_CURRENT_URL": f"http://{THEIRS}/accounts/", "HTTP_HX_REQUEST": "true"},
    {"SERVER_NAME": THEIRS},
    {"RAW_URI": f"http://{THEIRS}/accounts/", "REQUEST_URI": f"http://{THEIRS}/accounts/"},
    {"SCRIPT_NAME": f"//{THEIRS}"},
    {"QUERY_STRING": "schema={schema}&tenant=marked&organization={id}&workspace=marked"},
)
#: Hosts that are the other's, or nearly.
HOSTS = (
    THEIRS, "MARKED.localhost", "Marked.LocalHost", f"{THEIRS}.", f"{THEIRS}:8000", f"{THEIRS}:", f"{THEIRS}.:8000",
    f"www.{THEIRS}", f"plain.{THEIRS}", "marked.plain.localhost", f"{THEIRS}.example.com", f"plain.localhost, {THEIRS}",
    f"{THEIRS}@plain.localhost", f"plain.localhost@{THEIRS}", f"plain.localhost#{THEIRS}", f"plain.localhost/{THEIRS}",
    f"plain.localhost {THEIRS}", f"{THEIRS}\x00", f"{THEIRS}%00.plain.localhost", "marked%2elocalhost", ".localhost",
    "xn--marked.localhost", "xn--marked-4za.localhost", "märked.localhost", "ｍarked.localhost", "marked。localhost",
    "public.localhost", "{schema}.localhost", "{id}.localhost", "console.localhost", "127.0.0.1", "[::1]", "", "..",
)  # fmt: skip
ASKED = ("/", "/accounts/", "/deals/board/", "/palette/?q=qzxj", "/api/v1/accounts/", "/api/v1/users/", "/api/v1/me/")


@pytest.fixture
def sara_at_home(tenant: Tenant, sara: Any, client_for: Any, token_of: Any) -> tuple[Client, dict[str, str]]:
    return client_for(sara, tenant), {"HTTP_AUTHORIZATION": f"Bearer {token_of(sara, tenant)}"}


def _filled(claims: dict[str, str], secret: Secret) -> dict[str, str]:
    return {k: v.format(schema=secret.tenant.schema, id=secret.tenant.id) for k, v in claims.items()}


@pytest.mark.parametrize("claims", CLAIMS, ids=lambda one: " ".join(f"{k}={v}" for k, v in one.items()))
def test_no_header_moves_a_request(claims: dict[str, str], secret: Secret, sara_at_home: Any) -> None:
    """At home she is served as ever, and by nobody else's rows."""
    client, token = sara_at_home
    for path in ASKED:
        response = ask(client, "GET", path, **_filled(claims, secret), **(token if path.startswith("/api/") else {}))
        assert not leaks(response), path
        assert "marked" not in response.headers.get("Location", ""), path
        assert "Access-Control-Allow-Origin" not in response.headers
        refused = "SCRIPT_NAME" in claims or ("QUERY_STRING" in claims and path.startswith("/api/"))
        assert refused or response.status_code == 200, (path, why(response))


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_host_lets_her_in(host: str, secret: Secret, sara_at_home: Any) -> None:
    client, token = sara_at_home
    host = host.format(schema=secret.tenant.schema, id=secret.tenant.id)
    for path in ASKED:
        response = ask(client, "GET", path, HTTP_HOST=host, **(token if path.startswith("/api/") else {}))
        assert not leaks(response, at_home=False), path
        assert response.status_code < 500, (path, why(response))
        assert response.status_code != 200 or path == "/", path
        assert "marked" not in response.headers.get("Location", ""), path


@pytest.mark.parametrize("path", [f"http://{THEIRS}/accounts/", f"//{THEIRS}/accounts/", f"/\\{THEIRS}/accounts/"])
def test_an_absolute_address_in_the_request_line(path: str, secret: Secret, sara_at_home: Any) -> None:
    client, _token = sara_at_home
    response = ask(client, "GET", "/", PATH_INFO=path)
    assert not leaks(response)
    assert response.status_code == 404
    assert "marked" not in response.headers.get("Location", "")


@pytest.mark.parametrize("origin", [f"http://{THEIRS}", "http://localhost", "http://console.localhost", "null"])
def test_another_workspaces_page_cannot_act_for_her(origin: str, tenant: Tenant, sara: Any, client_for: Any) -> None:
    """Her browser, a form on the other's page: the Origin gives it away, though both are hosts of ours."""
    inside = client_for(sara, tenant)
    client = Client(HTTP_HOST=tenant.host, enforce_csrf_checks=True)
    client.cookies["sessionid"] = inside.cookies["sessionid"].value
    client.cookies["csrftoken"] = token = "a" * 32
    sent = {"name": "Ours", "csrfmiddlewaretoken": token}
    assert client.post("/accounts/new/", sent, HTTP_ORIGIN=origin).status_code == 403
    assert client.post("/accounts/new/", sent, HTTP_ORIGIN=f"http://{tenant.host}").status_code != 403


def test_cookies_stay_on_their_host(tenant: Tenant, sara: Any, client_for: Any) -> None:
    """A Domain would send them to every other workspace."""
    response = ask(client_for(sara, tenant), "POST", "/auth/language/", body="language=fa",
                   content_type="application/x-www-form-urlencoded")  # fmt: skip
    signed_in = client_for(sara, tenant).cookies
    for morsel in [*response.cookies.values(), *signed_in.values()]:
        assert not morsel["domain"], morsel.key
