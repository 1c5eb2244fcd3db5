"""A second step that the organization asks for: who it is about, what is closed when time is over, and no lock-out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity.models import Role, SecondStepRule, User, UserRole
from identity.services import reset_second_step, set_second_step_rule
from kernel.access import Actor
from kernel.context import Tenant, tenant_context
from kernel.errors import Denied, Invalid
from kernel.models import AuditEntry
from tests.factories import PASSWORD

ActorFor = Callable[..., Actor]
ClientFor = Callable[[Any, Tenant], Client]
SETUP = "/auth/second-step/"


def ask(who: str, *, days_ago: int = 0, grace: int = 7) -> None:
    since = timezone.now() - timedelta(days=days_ago)
    SecondStepRule.objects.update_or_create(
        pk=SecondStepRule.ONLY, defaults={"who": who, "grace_days": grace, "since": since}
    )


def secure(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())


def test_whoever_asks_it_of_others_has_one(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    with pytest.raises(Invalid) as refused:
        set_second_step_rule(actor=actor_for(sara), who="everybody", grace_days=0)
    assert refused.value.problems["who"][0].code == "you_have_none"
    assert not SecondStepRule.objects.exists()
    secure(sara)
    set_second_step_rule(actor=actor_for(sara), who="everybody", grace_days=0)
    assert AuditEntry.objects.get(action="second_step_rule").changes["who"] == ["nobody", "everybody"]


def test_taking_it_back_needs_none(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    ask("everybody")
    assert set_second_step_rule(actor=actor_for(sara), who="nobody", grace_days=7).who == "nobody"


@pytest.mark.parametrize("who", ["mina", "nima", "reza"])
def test_others_make_no_rule(tenant: Tenant, request: pytest.FixtureRequest, actor_for: ActorFor, who: str) -> None:
    person = request.getfixturevalue(who)
    secure(person)
    with pytest.raises(Denied):
        set_second_step_rule(actor=actor_for(person), who="everybody", grace_days=0)


def test_time_starts_anew_only_when_more_people_are_asked(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    secure(sara)
    ask("admins", days_ago=5)
    longer = set_second_step_rule(actor=actor_for(sara), who="admins", grace_days=14)
    assert longer.since < timezone.now() - timedelta(days=4)
    wider = set_second_step_rule(actor=actor_for(sara), who="everybody", grace_days=14)
    assert wider.since > timezone.now() - timedelta(hours=1)


def test_whom_the_rule_is_about(tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor) -> None:
    assert actor_for(nima).secure_by is None
    ask("admins")
    assert actor_for(sara).secure_by is not None
    assert actor_for(mina).secure_by is None
    UserRole.objects.create(user=mina, role=Role.objects.get(key=Role.ADMIN))
    assert actor_for(mina).secure_by is not None
    ask("everybody")
    assert actor_for(nima).secure_by is not None
    Authenticator.objects.create(user=nima, type="recovery_codes", data={})
    assert actor_for(nima).secure_by is not None
    secure(nima)
    assert actor_for(nima).secure_by is None


def test_before_the_day_one_works_under_a_strip(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    ask("everybody")
    page = client_for(nima, tenant).get("/accounts/")
    assert page.status_code == 200
    assert SETUP in page.content.decode()


def test_signing_in_leads_past_it(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    ask("everybody")
    client = client_for(None, tenant)
    answer = client.post("/auth/login/?next=/contacts/", {"login": "nima@example.com", "password": PASSWORD})
    assert answer["Location"] == f"{SETUP}?next=%2Fcontacts%2F"
    assert 'href="/contacts/"' in client.get(answer["Location"]).content.decode()
    assert client.get(f"{SETUP}?next=https://evil.example/").context["back"] == "/"


@pytest.mark.parametrize("path", ["/", "/accounts/", "/settings/people/", "/settings/profile/", "/settings/tokens/"])
def test_after_the_day_no_page_opens(tenant: Tenant, sara: User, client_for: ClientFor, path: str) -> None:
    ask("everybody", days_ago=8)
    client = client_for(sara, tenant)
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(SETUP)
    fragment = client.get(path, HTTP_HX_REQUEST="true")
    assert fragment["HX-Redirect"].startswith(SETUP)
    assert client.post("/settings/second-step/", {"who": "nobody", "grace_days": 7})["Location"].startswith(SETUP)
    assert SecondStepRule.objects.get().who == "everybody"
    secure(sara)
    assert client.get("/accounts/").status_code == 200


def test_the_way_out_stays_open_and_shows_nothing_else(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    ask("everybody", days_ago=8)
    client = client_for(sara, tenant)
    for path in (SETUP, "/settings/security/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/settings/people/" not in page.content.decode()
    assert client.get("/auth/2fa/totp/activate/").status_code in (200, 302)
    assert client.post("/auth/logout/").status_code == 302


def test_after_the_day_sessions_and_tokens_get_a_problem(
    tenant: Tenant, nima: User, client_for: ClientFor, api_for: ClientFor
) -> None:
    program, browser = api_for(nima, tenant), client_for(nima, tenant)
    assert program.get("/api/v1/me/").status_code == 200
    ask("everybody", days_ago=8)
    for client in (program, browser):
        answer = client.get("/api/v1/me/")
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "second_step_required"
    secure(nima)
    assert program.get("/api/v1/me/").status_code == 200


def test_no_new_token_by_password_after_the_day(tenant: Tenant, nima: User, api_for: ClientFor) -> None:
    given = {"email": "nima@example.com", "password": PASSWORD}
    ask("everybody")
    assert api_for(None, tenant).post("/api/v1/auth/token/", given).status_code == 200
    ask("everybody", days_ago=8)
    answer = api_for(None, tenant).post("/api/v1/auth/token/", given)
    assert answer.json()["code"] == "second_step_required"


def test_the_rule_of_one_workspace_is_none_of_anothers(
    tenant: Tenant, other_tenant: Tenant, olga: User, client_for: ClientFor, api_for: ClientFor
) -> None:
    ask("everybody", days_ago=8)
    assert client_for(olga, other_tenant).get("/accounts/").status_code == 200
    assert api_for(olga, other_tenant).get("/api/v1/me/").status_code == 200
    with tenant_context(other_tenant):
        assert not SecondStepRule.objects.exists()


def test_the_last_second_step_stays_while_it_is_asked_for(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    ask("everybody")
    key = Authenticator.objects.create(user=nima, type="webauthn", data={"name": "key"})
    client = client_for(None, tenant)
    client.post("/auth/login/", {"login": "nima@example.com", "password": PASSWORD})
    client = client_for(nima, tenant)
    client.post(f"/auth/2fa/passkeys/{key.pk}/remove/")
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_a_fresh_start(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor, client_for: ClientFor) -> None:
    secure(nima)
    browser = client_for(None, tenant)
    reset_second_step(actor=actor_for(sara), user=nima)
    assert not Authenticator.objects.filter(user=nima).exists()
    assert AuditEntry.objects.get(action="mfa_taken").record_id == nima.pk
    assert mail.outbox[-1].to == ["nima@example.com"]
    assert "Sara" in mail.outbox[-1].body
    answer = browser.post("/auth/login/", {"login": "nima@example.com", "password": PASSWORD})
    assert answer["Location"] == "/"
    with pytest.raises(Invalid):
        reset_second_step(actor=actor_for(sara), user=nima)


def test_a_fresh_start_takes_the_password_again(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    secure(nima)
    client = client_for(None, tenant)
    client.post("/auth/login/", {"login": "sara@example.com", "password": PASSWORD})
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.post(f"/settings/people/{nima.pk}/second-step/")
    assert answer["Location"].startswith("/auth/reauthenticate/")
    assert Authenticator.objects.filter(user=nima).exists()
    client.post("/auth/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/settings/people/{nima.pk}/second-step/").status_code == 200
    client.post(f"/settings/people/{nima.pk}/second-step/")
    assert not Authenticator.objects.filter(user=nima).exists()


def test_who_manages_people_resets_no_administrators(
    tenant: Tenant, sara: User, mina: User, nima: User, reza: User, olga: User, actor_for: ActorFor,
    client_for: ClientFor,
) -> None:  # fmt: skip
    manager = Role.objects.get(key="manager")
    manager.levels = {**manager.levels, "identity.user.manage": "all"}
    manager.save()
    for person in (sara, mina, nima):
        secure(person)
    actor = actor_for(mina)
    for person in (sara, mina):
        with pytest.raises((Denied, Invalid)):
            reset_second_step(actor=actor, user=person)
    with pytest.raises(Denied):
        reset_second_step(actor=actor_for(nima), user=mina)
    reset_second_step(actor=actor, user=nima)
    assert client_for(nima, tenant).get(f"/settings/people/{mina.pk}/second-step/").status_code == 403
    User.objects.filter(pk=reza.pk).update(role=manager)
    proven = client_for(None, tenant)
    proven.post("/auth/login/", {"login": "reza@example.com", "password": PASSWORD})
    proven.post("/auth/reauthenticate/", {"password": PASSWORD})
    assert proven.get(f"/settings/people/{olga.pk}/second-step/").status_code == 404


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_administrator_sees_who_lacks_it(
    tenant: Tenant, sara: User, nima: User, client_for: ClientFor, language: str
) -> None:
    User.objects.filter(pk=sara.pk).update(language=language)
    secure(sara)
    client = client_for(sara, tenant)
    page = client.get("/settings/second-step/")
    assert nima in page.context["lacking"]
    assert sara not in page.context["lacking"]
    answer = client.post("/settings/second-step/", {"who": "admins", "grace_days": 3})
    assert answer.status_code == 302
    assert not client.get("/settings/second-step/").context["number"]


def test_the_page_of_the_rule_asks_the_same_number_of_queries(
    tenant: Tenant, sara: User, mina: User, nima: User, client_for: ClientFor
) -> None:
    ask("everybody")
    client = client_for(sara, tenant)
    client.get("/settings/second-step/")
    with CaptureQueriesContext(connection) as four:
        assert client.get("/settings/second-step/").context["number"] == 4
    for person in (mina, nima):
        secure(person)
    with CaptureQueriesContext(connection) as two:
        assert client.get("/settings/second-step/").context["number"] == 2
    assert len(four) == len(two)
