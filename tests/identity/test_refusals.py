"""Whoever is turned away at the door leaves a line in the audit: whose name they used, from where, and not too many."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.utils import timezone
from fido2.utils import websafe_encode

from identity.models import ApiToken, Invitation, User
from identity.services.invitations import invite_user
from kernel.access import system_actor
from kernel.audit import SIGN_INS
from kernel.context import Tenant, tenant_context
from kernel.models import AuditEntry
from tests.factories import PASSWORD
from tests.identity.test_security import STRONG, link_in, proven, signed_in

ClientFor = Callable[[Any, Tenant], Client]
PLACE: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}


def told(action: str) -> list[tuple[Any, Any, str, Any]]:
    """Who did it, about whom, what they were called and from where; and that it is found among the sign-ins."""
    assert action in SIGN_INS
    rows = AuditEntry.objects.filter(action=action).order_by("id")
    return [(row.actor_id, row.record_id, row.actor_label, row.ip) for row in rows]


def by(person: User, *, own: bool = False) -> tuple[Any, Any, str, Any]:
    return (person.pk if own else None, person.pk, str(person), PLACE["REMOTE_ADDR"])


def test_a_wrong_code_is_written_down_and_a_guesser_does_not_fill_the_audit(
    tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    TOTP.activate(nima, generate_totp_secret())
    client = signed_in(client_for(None, tenant), "nima@example.com")
    assert not told("second_step_failed")
    for _ in range(9):
        client.post("/auth/2fa/authenticate/", {"code": "000000"}, **PLACE)
    assert told("second_step_failed") == [by(nima)] * 5


def test_a_wrong_code_over_the_api_is_written_down(tenant: Tenant, nima: User, api_for: ClientFor) -> None:
    TOTP.activate(nima, generate_totp_secret())
    body = {"email": "nima@example.com", "password": PASSWORD}
    api = api_for(None, tenant)
    api.post("/api/v1/auth/token/", body, **PLACE)
    assert not told("second_step_failed"), "who gave no code was only told to"
    api.post("/api/v1/auth/token/", {**body, "code": "000000"}, **PLACE)
    assert told("second_step_failed") == [by(nima)]


def credential(person: User) -> dict[str, Any]:
    """What a browser would answer that holds no passkey of ours."""
    words = {
        "clientDataJSON": websafe_encode(b'{"type":"webauthn.get","challenge":"eA","origin":"https://x.example"}'),
        "authenticatorData": websafe_encode(bytes(37)), "signature": websafe_encode(b"x"),
        "userHandle": websafe_encode(user_pk_to_url_str(person).encode()),
    }  # fmt: skip
    name = websafe_encode(b"unknown")
    return {"id": name, "rawId": name, "type": "public-key", "response": words}


@pytest.mark.parametrize("known", [True, False])
def test_a_passkey_that_does_not_fit_is_written_down(
    tenant: Tenant, other_tenant: Tenant, nima: User, olga: User, client_for: ClientFor, known: bool
) -> None:
    client = client_for(None, tenant)
    for _ in range(9):
        client.get("/auth/2fa/passkeys/login/", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
        person = nima if known else olga
        answer = client.post("/auth/2fa/passkeys/login/", {"credential": json.dumps(credential(person))}, **PLACE)
        assert answer["Location"].startswith("/auth/login/")
    assert told("passkey_failed") == ([by(nima)] * 5 if known else [])


def test_a_password_asked_once_more_and_wrong_is_written_down(
    tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    client = signed_in(client_for(None, tenant), "nima@example.com")
    client.post("/auth/reauthenticate/", {"password": "wrong"}, **PLACE)
    assert told("password_failed") == [by(nima, own=True)]
    proven(client, "nima@example.com")
    assert len(told("password_failed")) == 1


def test_a_link_of_a_password_that_was_used_is_written_down(
    tenant: Tenant, other_tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    browser = client_for(None, tenant)
    browser.post("/auth/password/reset/", {"email": "nima@example.com"})
    link = link_in(mail.outbox[-1])
    form = browser.get(link)["Location"]
    browser.post(form, {"password1": STRONG, "password2": STRONG})
    assert not told("reset_refused")
    for _ in range(9):
        client_for(None, tenant).get(link, **PLACE)
    assert told("reset_refused") == [by(nima)] * 5
    client_for(None, other_tenant).get(link, **PLACE)
    with tenant_context(other_tenant):
        assert not told("reset_refused"), "nobody there has this number"


def test_an_invitation_that_is_too_old_is_written_down(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    from identity.models import Role

    role = Role.objects.get(key="reader")
    invited = invite_user(actor=system_actor("test"), email="new@example.com", name="New", role=role).user
    link = link_in(mail.outbox[-1])
    assert client_for(None, tenant).get(link, **PLACE).status_code == 200
    assert not told("invitation_refused")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    for _ in range(9):
        assert client_for(None, tenant).get(link, **PLACE).status_code == 410
    assert told("invitation_refused") == [by(invited)] * 5
    client_for(None, tenant).get("/auth/invitation/made-up/", **PLACE)
    assert len(told("invitation_refused")) == 5


def test_a_token_that_has_ended_is_written_down_once_an_hour(
    tenant: Tenant, other_tenant: Tenant, nima: User, olga: User, api_for: ClientFor
) -> None:
    api, foreign = api_for(nima, tenant), api_for(olga, other_tenant)
    api.get("/api/v1/me/", **PLACE)
    foreign.get("/api/v1/me/", HTTP_HOST=tenant.host, **PLACE)
    assert not told("token_refused")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for _ in range(3):
        assert api.get("/api/v1/me/", **PLACE).status_code == 401
    assert told("token_refused") == [by(nima)]
    assert AuditEntry.objects.get(action="token_refused").changes == {"token": [None, "test"]}


def test_signing_out_everywhere_else_is_written_down(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    here, _there = (signed_in(client_for(None, tenant), "nima@example.com") for _ in range(2))
    here.post("/settings/security/sessions/end/", **PLACE)
    assert told_of_ending() == [(nima.pk, nima.pk, {"rows": [None, 1]})]
    here.post("/settings/security/sessions/end/", **PLACE)
    assert len(told_of_ending()) == 1, "there was nothing left to end"


def told_of_ending() -> list[tuple[Any, Any, Any]]:
    rows = AuditEntry.objects.filter(action="session_ended")
    return [(row.actor_id, row.record_id, row.changes) for row in rows]


def test_who_reads_the_audit_reads_it_in_words(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    signed_in(client_for(None, tenant), "nima@example.com").post("/auth/reauthenticate/", {"password": "no"}, **PLACE)
    page = client_for(sara, tenant).get("/settings/audit/?category=sign_ins").content.decode()
    assert "Failed to confirm the password" in page
    assert PLACE["REMOTE_ADDR"] in page
