"""A POST with an Idempotency-Key happens once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from api.models import IdempotencyKey
from kernel.context import Tenant, public_context
from tests.api.conftest import Ask

pytestmark = pytest.mark.django_db


def test_a_retry_gets_the_first_answer(admin: Ask) -> None:
    first = admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    again = admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert admin("get", "accounts/").json()["count"] == 1


def test_another_body_is_refused(admin: Ask) -> None:
    admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    other = admin("post", "accounts/", {"name": "Alborz"}, Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = admin("post", "contacts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    assert elsewhere.json()["code"] == "idempotency_key_reused"


def test_a_refusal_is_not_kept(admin: Ask) -> None:
    assert admin("post", "accounts/", {}, Idempotency_Key="k-1").status_code == 422
    assert admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1").status_code == 201


def test_keys_belong_to_their_caller(admin: Ask, manager: Ask) -> None:
    admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    assert "Idempotency-Replayed" not in manager("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")


def test_a_day_later_it_is_forgotten(admin: Ask, tenant: Tenant) -> None:
    admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    again = admin("post", "accounts/", {"name": "Alborz"}, Idempotency_Key="k-1")
    assert again.status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_two_at_once(admin: Ask, sara: Any, tenant: Tenant) -> None:
    """Another connection is at work on the key, as another worker would be."""
    other = connection.copy()
    try:
        with public_context(), other.cursor() as cursor:
            name = f"idempotency:{tenant.schema}:{sara.pk}:k-1"
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        answer = admin("post", "accounts/", {"name": "Zagros"}, Idempotency_Key="k-1")
    finally:
        other.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")


def test_bulk_too(admin: Ask) -> None:
    body: dict[str, Any] = {"match": [], "records": [{"name": "Zagros"}]}
    first = admin("post", "accounts/bulk/", body, Idempotency_Key="k-2")
    assert admin("post", "accounts/bulk/", body, Idempotency_Key="k-2").content == first.content
    assert admin("get", "accounts/").json()["count"] == 1
