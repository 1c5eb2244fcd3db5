"""Signing in and out, and that a session works in its own workspace only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from identity.models import User
from identity.sessions import KEY
from kernel.context import Tenant, tenant_context
from kernel.models import AuditEntry
from tests.factories import PASSWORD

ClientFor = Callable[[Any, Tenant], Client]
LOGIN = "/auth/login/"


def sign_in(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_the_right_password_opens_the_workspace(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = client_for(None, tenant)
    answer = sign_in(client, "NIMA@example.com", PASSWORD, next="/settings/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/settings/profile/")
    assert client.get("/settings/profile/").status_code == 200
    assert AuditEntry.objects.filter(action="sign_in", actor_id=nima.pk).exists()


def test_unknown_and_wrong_look_alike(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    pages = []
    for email in (nima.email or "", "nobody@example.com"):
        answer = sign_in(client_for(None, tenant), email, "not-the-password")
        assert answer.status_code == 200
        pages.append([str(error) for error in answer.context["form"].non_field_errors()])
    assert pages[0] == pages[1] != []


@pytest.mark.parametrize("state", [User.State.DEACTIVATED, User.State.INVITED, User.State.PLACEHOLDER])
def test_who_is_not_active_stays_outside(tenant: Tenant, nima: User, client_for: ClientFor, state: str) -> None:
    User.objects.filter(pk=nima.pk).update(state=state)
    client = client_for(None, tenant)
    sign_in(client, "nima@example.com", PASSWORD)
    assert client.get("/settings/profile/").status_code == 302


def test_deactivation_ends_a_running_session(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = client_for(nima, tenant)
    assert client.get("/settings/profile/").status_code == 200
    User.objects.filter(pk=nima.pk).update(state=User.State.DEACTIVATED)
    assert client.get("/settings/profile/").status_code == 302


def test_too_many_attempts_are_refused_even_with_the_right_password(
    tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    client = client_for(None, tenant)
    for _ in range(5):
        sign_in(client, "nima@example.com", "wrong")
    assert sign_in(client, "nima@example.com", PASSWORD).status_code in (200, 429)
    assert client.get("/settings/profile/").status_code == 302


def test_attempts_in_one_workspace_do_not_lock_another(
    tenant: Tenant, other_tenant: Tenant, olga: User, client_for: ClientFor
) -> None:
    for _ in range(5):
        sign_in(client_for(None, tenant), "olga@example.com", "wrong")
    assert sign_in(client_for(None, other_tenant), "olga@example.com", PASSWORD).status_code == 302


def test_a_password_of_another_workspace_is_wrong_here(tenant: Tenant, olga: User, client_for: ClientFor) -> None:
    assert sign_in(client_for(None, tenant), "olga@example.com", PASSWORD).status_code == 200


def test_a_foreign_session_cookie_opens_nothing(
    tenant: Tenant, other_tenant: Tenant, olga: User, client_for: ClientFor
) -> None:
    foreign = client_for(olga, other_tenant)
    assert foreign.get("/settings/profile/").status_code == 200
    assert foreign.get("/settings/profile/", HTTP_HOST=tenant.host).status_code == 302


def test_a_copied_session_row_opens_nothing_either(
    tenant: Tenant, other_tenant: Tenant, olga: User, sara: User, client_for: ClientFor
) -> None:
    """Even a row of the other workspace's session table, restored here with a person of the same id, is refused."""
    client = client_for(sara, tenant)
    key = client.cookies["sessionid"].value
    session = client.session
    assert session[KEY] == tenant.schema
    session[KEY] = other_tenant.schema
    session.save()
    assert client.get("/settings/profile/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()


def test_signing_out_takes_a_post(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = client_for(nima, tenant)
    assert client.get("/auth/logout/").status_code == 200
    assert client.get("/settings/profile/").status_code == 200
    client.post("/auth/logout/")
    assert client.get("/settings/profile/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "http://bunyan.localhost:8000/", "javascript:alert(1)"]
)
def test_sign_in_never_leads_to_another_host(tenant: Tenant, nima: User, client_for: ClientFor, target: str) -> None:
    answer = sign_in(client_for(None, tenant), "nima@example.com", PASSWORD, next=target)
    assert answer["Location"] == "/"


def test_there_is_no_sign_up_inside_a_workspace(tenant: Tenant, client_for: ClientFor) -> None:
    assert client_for(None, tenant).get("/auth/signup/").status_code == 404


def test_the_reader_gets_the_workspaces_language_until_choosing(tenant: Tenant, client_for: ClientFor) -> None:
    client = client_for(None, tenant)
    assert client.get(LOGIN, HTTP_ACCEPT_LANGUAGE="fa").headers["Content-Language"] == "en"
    client.post("/auth/language/", {"language": "fa", "next": LOGIN})
    page = client.get(LOGIN)
    assert page.headers["Content-Language"] == "fa"
    assert b'dir="rtl"' in page.content


def test_a_choice_of_language_is_kept_in_the_profile(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    answer = client_for(nima, tenant).post("/auth/language/", {"language": "fa", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    nima.refresh_from_db()
    assert nima.language == "fa"


def test_last_seen_is_written_once_in_five_minutes(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = client_for(nima, tenant)
    client.get("/settings/profile/")
    with tenant_context(tenant):
        first = User.objects.get(pk=nima.pk).last_seen
    client.get("/settings/profile/")
    assert first is not None
    assert User.objects.get(pk=nima.pk).last_seen == first
