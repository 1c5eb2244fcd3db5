"""Every refusal is a problem document in the reader's language, with a reference; nothing inside leaks."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from kernel.context import Tenant
from tests.api.conftest import Ask

pytestmark = pytest.mark.django_db
KEYS = {"type", "title", "status", "detail", "instance", "code", "errors", "reference"}


def check(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.keys() >= KEYS
    assert (body["status"], body["code"]) == (status, code)
    assert all(body[key] for key in ("title", "detail", "reference"))
    assert body["type"].endswith(f"#problem-{code}")
    return body


def test_each_shape(admin: Ask, stranger: Ask, reader: Ask) -> None:
    check(stranger("get", "accounts/"), 401, "not_authenticated")
    check(reader("post", "accounts/", {"name": "x"}), 403, "denied")
    check(admin("get", "accounts/01934f5e-0000-7000-8000-000000000001/"), 404, "not_found")
    check(admin("get", "nothing/"), 404, "not_found")
    check(admin("get", "/api/nothing/at/all/"), 404, "not_found")
    check(admin("put", "accounts/", {}), 405, "method_not_allowed")
    body = check(admin("post", "accounts/", {"email": "x"}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"email", "name"}
    assert all(error["code"] and error["message"] for error in body["errors"])


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"", "application/json", 422, "invalid"),
        (b'{"name": NaN}', "application/json", 400, "parse_error"),
        (b'{"name": "a\\u0000b"}', "application/json", 400, "parse_error"),
        (b'{"name": "\\ud800"}', "application/json", 400, "parse_error"),
        (b"[" * 100_000, "application/json", 400, "parse_error"),
        (b"\xff\xfe", "application/json", 400, "parse_error"),
        (b"[]", "application/json", 422, "invalid"),
        (b"3", "application/json", 422, "invalid"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
    ],
)
def test_bodies(sara: Any, tenant: Tenant, api_for: Any, content: bytes, kind: str, status: int, code: str) -> None:
    client = api_for(sara, tenant)
    check(Client.generic(client, "POST", "/api/v1/accounts/", content, content_type=kind), status, code)


def test_values_of_the_wrong_kind(admin: Ask) -> None:
    body = {"name": ["x"], "employees": {"a": 1}, "revenue": True, "owner": 5, "email": {}, "year_established": 1e99}
    found = check(admin("post", "accounts/", body), 422, "invalid")
    assert {error["field"] for error in found["errors"]} >= {"owner", "employees"}


def test_too_large(admin: Ask, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    check(admin("post", "accounts/", {"name": "x" * 200}), 413, "too_large")


def test_in_the_readers_language(admin: Ask) -> None:
    body = check(admin("get", "nothing/", Accept_Language="fa"), 404, "not_found")
    assert body["title"] == "پیدا نشد"


def test_a_fault_of_ours_tells_a_reference_and_nothing_else(
    admin: Ask, monkeypatch: pytest.MonkeyPatch, sara: Any, tenant: Tenant, api_for: Any
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr("api.views.entities.answer_list", fail)
    client = api_for(sara, tenant)
    client.raise_request_exception = False
    answer = client.get("/api/v1/accounts/")
    body = check(answer, 500, "server_error")
    assert "secret" not in answer.content.decode()
    assert body["reference"] == answer["X-Request-ID"]


def test_a_lost_database(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.errors import refusal_of

    refusal = refusal_of(OperationalError("server closed the connection: password=x"))
    assert (refusal.status, refusal.headers) == (503, {"Retry-After": "5"})
    assert "password" not in str(refusal.detail)


def test_the_missing_slash_leads_on(admin: Ask) -> None:
    answer = admin("post", "/api/v1/accounts?x=1", {"name": "x"})
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/accounts/?x=1")
    check(admin("get", "/api/v1/nothing"), 404, "not_found")
