"""Secrets by which one gets in: each opens the workspace it was made in, and no other, and is not used up elsewhere."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from identity.models import Invitation, Role
from identity.services.emails import confirmation_path, set_primary_email
from identity.services.invitations import invite_user
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from tenants.services.handover import offer_hand_over
from tests.factories import PASSWORD
from tests.isolation.planting import MARK
from tests.isolation.walk import Secret, ask, fingerprint, leaks

PATH = re.compile(r"https?://[^/\s]+(/\S+)")
FORM = {"content_type": "application/x-www-form-urlencoded"}


def links(mails: list[Any]) -> list[str]:
    return [path for mail in mails for path in PATH.findall(mail.body) if path.startswith("/auth/")]


def test_a_session_row_copied_into_another_schema_is_no_session(
    secret: Secret, tenant: Tenant, sara: Any, olga: Any, client_for: Any, replay: Any
) -> None:
    client = client_for(sara, tenant)
    with tenant_context(tenant):
        row = Session.objects.get(pk=client.cookies["sessionid"].value)
        was = row.get_decoded()
    with tenant_context(secret.tenant), transaction.atomic():
        Session.objects.create(session_key=row.pk, session_data=row.session_data, expire_date=row.expire_date)
        # As in a workspace restored from a copy: the same people under the same ids.
        type(olga).everything.filter(pk=olga.pk).update(name=f"{MARK}0 Olga")
        sara.pk, sara.email, sara.role_id = was["_auth_user_id"], "copy@example.com", olga.role_id
        sara.team_id = sara.created_by_id = None
        sara.save(force_insert=True)
    response = ask(replay(client, secret.tenant.host), "GET", "/accounts/")
    assert response.status_code == 302
    assert not leaks(response, at_home=False)


def test_an_invitation_opens_its_own_workspace_only(
    secret: Secret, tenant: Tenant, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), tenant_context(secret.tenant), transaction.atomic():
        role = Role.objects.get(key="reader")
        invite_user(actor=system_actor("test"), email="new@example.com", name=f"{MARK}0 New", role=role)
    (path,) = links(mailoutbox)
    before, theirs = fingerprint(tenant), fingerprint(secret.tenant)
    for method, extra in (("GET", {}), ("POST", {"body": f"password={PASSWORD}&password2={PASSWORD}", **FORM})):
        response = ask(Client(HTTP_HOST=tenant.host), method, path, **extra)
        assert response.status_code == 410
        assert not leaks(response)
    assert fingerprint(tenant) == before
    assert fingerprint(secret.tenant) == theirs
    assert b'type="password"' in ask(Client(HTTP_HOST=secret.tenant.host), "GET", path).whole
    with tenant_context(secret.tenant):
        assert Invitation.objects.filter(email="new@example.com", accepted_at__isnull=True).exists()


def test_a_password_is_reset_in_its_own_workspace_only(
    secret: Secret, tenant: Tenant, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    asking = Client(HTTP_HOST=secret.tenant.host)
    with django_capture_on_commit_callbacks(execute=True):
        ask(asking, "POST", "/auth/password/reset/", body="email=olga%40example.com", **FORM)
    (path,) = links(mailoutbox)
    before = fingerprint(tenant)
    away, home = Client(HTTP_HOST=tenant.host), Client(HTTP_HOST=secret.tenant.host)
    for client, opens in ((away, False), (home, True)):
        response = ask(client, "GET", path)
        if response.status_code == 302:  # the key goes into the session and out of the address
            response = ask(client, "GET", response["Location"])
        assert (b'type="password"' in response.whole) is opens
    assert fingerprint(tenant)["identity.User"] == before["identity.User"]


@pytest.fixture
def unconfirmed(secret: Secret, tenant: Tenant, sara: Any, olga: Any) -> list[Any]:
    """An unconfirmed address in either workspace, under the same number, as the first of every workspace has."""
    made = []
    for where, user in ((tenant, sara), (secret.tenant, olga)):
        with tenant_context(where), transaction.atomic():
            set_primary_email(user, f"{MARK}0@{where.host}", verified=False)
            address = EmailAddress.objects.get(user=user, primary=True)
            EmailAddress.objects.filter(pk=address.pk).update(id=900_001)
            made.append(EmailAddress.objects.get(pk=900_001, verified=False))
    return made


def test_an_address_is_confirmed_in_its_own_workspace_only(
    secret: Secret, tenant: Tenant, unconfirmed: list[Any]
) -> None:
    """The number of the row is one that every workspace has: the key must say more."""
    with tenant_context(secret.tenant), transaction.atomic():
        path = confirmation_path(unconfirmed[1])
    for method in ("GET", "POST"):
        response = ask(Client(HTTP_HOST=tenant.host), method, path)
        assert MARK.encode() not in response.whole
    with tenant_context(tenant):
        assert EmailAddress.objects.filter(pk=900_001, verified=False).exists(), "confirmed by a foreign key"
    ask(Client(HTTP_HOST=secret.tenant.host), "POST", path)
    with tenant_context(secret.tenant):
        assert EmailAddress.objects.filter(pk=900_001, verified=True).exists()


def test_no_link_is_signed_over_a_number_alone(settings: Any) -> None:
    """allauth's other way signs the row's number, which means another row in another workspace."""
    assert settings.ACCOUNT_EMAIL_CONFIRMATION_HMAC is False


def test_a_hand_over_is_good_at_its_own_workspace_only(stage: Any, secret: Secret, tenant: Tenant, olga: Any) -> None:
    path = PATH.findall(offer_hand_over(stage.other, olga))[0]
    away = ask(Client(HTTP_HOST=tenant.host), "GET", path)
    assert "sessionid" not in away.cookies
    home = ask(Client(HTTP_HOST=secret.tenant.host), "GET", path)
    assert "sessionid" in home.cookies, "knocking at the wrong door used it up"


def test_a_password_signs_in_at_its_own_workspace_only(secret: Secret, tenant: Tenant) -> None:
    with tenant_context(secret.tenant), transaction.atomic():
        Authenticator.objects.all().delete()
    for host, email, opens in (
        (tenant.host, "olga@example.com", False), (secret.tenant.host, "sara@example.com", False),
        (secret.tenant.host, "olga@example.com", True),
    ):  # fmt: skip
        client = Client(HTTP_HOST=host)
        body = f'{{"email": "{email}", "password": "{PASSWORD}"}}'
        token = ask(client, "POST", "/api/v1/auth/token/", body=body, content_type="application/json")
        assert (token.status_code in (200, 201)) is opens, (host, email, token.whole)
        page = ask(client, "POST", "/auth/login/", body=f"login={email}&password={PASSWORD}", **FORM)
        assert (page.status_code == 302) is opens
