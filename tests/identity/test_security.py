"""E-mail confirmation, password reset, two-step verification: each stays in its workspace and its mailbox."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.db import transaction
from django.test import Client

from identity.models import User
from kernel.context import Tenant, tenant_context
from kernel.models import AuditEntry
from tests.factories import PASSWORD

ClientFor = Callable[[Any, Tenant], Client]
STRONG = "wide-river-blue-40"


def link_in(letter: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/auth/\S+)", letter.body)
    assert found
    return found[1]


def signed_in(client: Client, email: str) -> Client:
    """By the form, so that reauthentication knows of it."""
    answer = client.post("/auth/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def proven(client: Client, email: str) -> Client:
    """Signed in, and the password given once more."""
    signed_in(client, email)
    assert client.post("/auth/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def test_a_reset_link_sets_a_new_password_once(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    browser, elsewhere = client_for(None, tenant), client_for(nima, tenant)
    browser.post("/auth/password/reset/", {"email": "nima@example.com"})
    assert mail.outbox[-1].to == ["nima@example.com"]
    link = link_in(mail.outbox[-1])
    form = browser.get(link)
    assert form.status_code == 302
    answer = browser.post(form["Location"], {"password1": STRONG, "password2": STRONG})
    assert answer.status_code == 302, answer.context["form"].errors
    nima.refresh_from_db()
    assert nima.check_password(STRONG)
    assert elsewhere.get("/settings/profile/").status_code == 302
    assert client_for(None, tenant).get(link).context["token_fail"]


def test_a_reset_link_is_worth_nothing_in_another_workspace(
    tenant: Tenant, other_tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    client_for(None, tenant).post("/auth/password/reset/", {"email": "nima@example.com"})
    assert client_for(None, other_tenant).get(link_in(mail.outbox[-1])).context["token_fail"]


def test_reset_tells_nobody_who_is_here(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    answers = [
        client_for(None, tenant).post("/auth/password/reset/", {"email": email})
        for email in ("nima@example.com", "nobody@example.com")
    ]
    assert [(a.status_code, a["Location"]) for a in answers] == [(302, "/auth/password/reset/done/")] * 2
    assert len(mail.outbox) == 1


def test_the_letters_address_is_the_workspaces_whatever_the_host_header(
    tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    client_for(None, tenant).post(
        "/auth/password/reset/", {"email": "nima@example.com"}, HTTP_X_FORWARDED_HOST="evil.example"
    )
    assert f"http://{tenant.host}" in mail.outbox[-1].body
    assert "evil.example" not in mail.outbox[-1].body


def test_a_new_address_counts_when_its_letter_is_answered(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = proven(client_for(None, tenant), "nima@example.com")
    assert client.post("/auth/email/", {"email": "Nima@new.example"}).status_code == 302
    nima.refresh_from_db()
    assert nima.email == "nima@example.com"
    letter = next(one for one in mail.outbox if one.to == ["nima@new.example"])
    client.post(link_in(letter))
    nima.refresh_from_db()
    assert nima.email == "nima@new.example"
    assert [a.email for a in EmailAddress.objects.filter(user=nima)] == ["nima@new.example"]


def test_an_address_of_somebody_else_is_refused(tenant: Tenant, nima: User, reza: User, client_for: ClientFor) -> None:
    client = proven(client_for(None, tenant), "nima@example.com")
    answer = client.post("/auth/email/", {"email": "REZA@example.com"})
    assert answer.context["form"].errors["email"]


def test_changing_the_address_takes_the_password_again(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    """A session found open is not enough to take an account over."""
    answer = client_for(nima, tenant).get("/auth/email/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/auth/reauthenticate/")


def test_a_confirmation_of_another_workspace_confirms_nothing(
    tenant: Tenant, other_tenant: Tenant, nima: User, olga: User, client_for: ClientFor
) -> None:
    """The same row number there is another address here: a key must not travel."""
    address = EmailAddress.objects.create(user=nima, email="nima.second@example.com")
    with tenant_context(other_tenant):
        theirs = EmailAddress.objects.create(pk=address.pk, user=olga, email="olga@elsewhere.example")
        key = EmailConfirmation.create(theirs).key
    client_for(None, tenant).post(f"/auth/confirm-email/{key}/")
    address.refresh_from_db()
    assert not address.verified


def test_confirming_takes_a_post_so_that_mail_scanners_do_not(
    tenant: Tenant, nima: User, client_for: ClientFor
) -> None:
    EmailAddress.objects.filter(user=nima).update(verified=False)
    client = client_for(nima, tenant)
    client.post("/auth/email/confirm/")
    link = link_in(mail.outbox[-1])
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get(user=nima).verified
    client.post(link)
    assert EmailAddress.objects.get(user=nima).verified


def code_of(secret: str) -> str:
    code: str = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    return code


def test_an_authenticator_app_is_set_up_and_asked_for(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = proven(client_for(None, tenant), "nima@example.com")
    page = client.get("/auth/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = client.post("/auth/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    kept = Authenticator.objects.get(user=nima, type="totp")
    assert secret not in str(kept.data)
    assert any("authenticator" in letter.body.lower() for letter in mail.outbox)
    fresh = client_for(None, tenant)
    asked = fresh.post("/auth/login/", {"login": "nima@example.com", "password": PASSWORD})
    assert asked["Location"] == "/auth/2fa/authenticate/"
    assert fresh.get("/settings/profile/").status_code == 302
    assert fresh.post("/auth/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert fresh.get("/settings/profile/").status_code == 302


def test_the_code_opens_the_door(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    secret = generate_totp_secret()
    TOTP.activate(nima, secret)
    client = signed_in(client_for(None, tenant), "nima@example.com")
    assert client.post("/auth/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/settings/profile/").status_code == 200


def test_other_sessions_end(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    here = signed_in(client_for(None, tenant), "nima@example.com")
    there = signed_in(client_for(None, tenant), "nima@example.com")
    here.post("/settings/security/sessions/end/")
    assert here.get("/settings/profile/").status_code == 200
    assert there.get("/settings/profile/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "login/", "logout/", "inactive/", "reauthenticate/", "password/reset/", "password/reset/done/",
        "password/reset/key/done/", "password/change/", "confirm-email/", "email/", "2fa/", "2fa/totp/activate/",
        "2fa/recovery-codes/", "2fa/passkeys/add/", "2fa/authenticate/", "2fa/passkeys/login/", "sessions/",
    ],
)  # fmt: skip
def test_a_session_of_elsewhere_is_nobody_on_every_page_of_sign_in(
    tenant: Tenant, other_tenant: Tenant, olga: User, client_for: ClientFor, path: str
) -> None:
    foreign = signed_in(client_for(None, other_tenant), "olga@example.com")
    answer = foreign.get(f"/auth/{path}", HTTP_HOST=tenant.host)
    assert "olga" not in answer.content.decode().lower()
    assert answer.status_code in (200, 302)


def test_two_step_verification_with_real_commits(live_tenant: Tenant, client_for: ClientFor) -> None:
    """allauth tells of it after the commit, where no statement of a workspace is allowed any more."""
    client = proven(client_for(None, live_tenant), "sara@example.com")
    secret = client.get("/auth/2fa/totp/activate/").context["form"].secret
    answer = client.post("/auth/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    assert "/recovery-codes/" in answer["Location"]
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert len(page.context["unused_codes"]) == 10
    assert client.post("/auth/2fa/recovery-codes/generate/").status_code == 302
    assert client.post("/auth/2fa/totp/deactivate/").status_code == 302
    with transaction.atomic():
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert not Authenticator.objects.filter(type="totp").exists()
    assert {"mfa_added", "mfa_removed", "mfa_reset"} <= actions
    assert len(mail.outbox) == 3
