"""The provider's people sign in on their own host, in the public schema, and nowhere else."""

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from identity.models import User
from identity.services import create_operator
from kernel.access import system_actor
from kernel.context import Tenant
from tests.factories import PASSWORD


@pytest.fixture
def operator(public: None) -> User:
    with transaction.atomic():
        return create_operator(actor=system_actor(), email="op@example.com", name="Olivia", password=PASSWORD)


def sign_in(host: str) -> Client:
    client = Client(HTTP_HOST=host)
    client.post("/auth/login/", {"login": "op@example.com", "password": PASSWORD})
    return client


@pytest.mark.parametrize("path", ["/settings/profile/", "/settings/security/", "/auth/password/change/"])
def test_operators_have_their_own_settings(operator: User, path: str) -> None:
    page = sign_in(settings.CONSOLE_HOST).get(path)
    assert page.status_code == 200
    assert b"Olivia" in page.content or b"op@example.com" in page.content or path.endswith("change/")


def test_operators_are_nobody_in_a_workspace(operator: User, tenant: Tenant) -> None:
    assert sign_in(tenant.host).get("/settings/profile/").status_code == 302
    there = sign_in(settings.CONSOLE_HOST)
    assert there.get("/settings/profile/", HTTP_HOST=tenant.host).status_code == 302


def test_a_workspaces_people_are_nobody_at_the_provider(tenant: Tenant, sara: User) -> None:
    client = Client(HTTP_HOST=settings.CONSOLE_HOST)
    answer = client.post("/auth/login/", {"login": "sara@example.com", "password": PASSWORD})
    assert answer.status_code == 200
    assert client.get("/settings/profile/").status_code == 302
