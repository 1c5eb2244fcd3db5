"""The second step over the API: the organization's rule, and a fresh start for who lost theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from identity.models import SecondStepRule, User
from kernel.context import Tenant
from kernel.models import AuditEntry
from tests.identity.test_second_step import secure
from tests.identity.test_security import proven, signed_in

ClientFor = Callable[[Any, Tenant], Client]
RULE = "/api/v1/second-step/"
JSON = "application/json"


def of(person: User) -> str:
    return f"/api/v1/users/{person.pk}/second-step/"


def has_one(person: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk).exists())


def test_the_rule_is_read_and_made(tenant: Tenant, sara: User, api_for: ClientFor) -> None:
    api = api_for(sara, tenant)
    assert api.get(RULE).json()["who"] == "nobody"
    wanted = {"who": "everybody", "grace_days": 3}
    refused = api.put(RULE, wanted, content_type=JSON)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "you_have_none")
    secure(sara)
    made = api.put(RULE, wanted, content_type=JSON)
    assert made.status_code == 200
    assert {name: made.json()[name] for name in wanted} == wanted == {n: api.get(RULE).json()[n] for n in wanted}
    assert AuditEntry.objects.get(action="second_step_rule").source == "api"


@pytest.mark.parametrize(
    "body", [{}, {"who": "cats", "grace_days": 1}, {"who": "nobody", "grace_days": 91}, {"who": "nobody", "more": 1}]
)
def test_what_makes_no_rule_is_told(tenant: Tenant, sara: User, api_for: ClientFor, body: Any) -> None:
    assert api_for(sara, tenant).put(RULE, body, content_type=JSON).status_code == 422


def test_a_second_step_is_reset_and_told(tenant: Tenant, sara: User, nima: User, api_for: ClientFor) -> None:
    secure(nima)
    secure(sara)
    api = api_for(sara, tenant)
    assert api.delete(of(nima)).status_code == 204
    assert not has_one(nima)
    assert has_one(sara)
    assert not UserSession.objects.filter(user=nima).exists()
    line = AuditEntry.objects.get(action="mfa_taken")
    assert (line.actor_id, line.record_id, line.source) == (sara.pk, nima.pk, "api")
    assert mail.outbox[-1].to == [nima.email]
    assert api.delete(of(nima)).status_code == 422, "there is none any more"
    assert api.delete(of(sara)).status_code == 422, "one's own is not reset"
    assert has_one(sara)


def test_an_open_screen_is_not_enough(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    secure(nima)
    assert client_for(sara, tenant).delete(of(nima)).status_code == 403
    assert has_one(nima)
    fresh = proven(client_for(None, tenant), "sara@example.com")
    assert fresh.delete(of(nima)).status_code == 204
    assert not has_one(nima)
    assert fresh.get("/settings/profile/").status_code == 200, "her own session goes on"


def test_outsiders_may_neither(
    tenant: Tenant, other_tenant: Tenant, sara: User, nima: User, reza: User, olga: User, api_for: ClientFor
) -> None:
    secure(nima)
    for person in (nima, reza):
        api = api_for(person, tenant)
        assert api.get(RULE).status_code == 403
        assert api.put(RULE, {"who": "nobody", "grace_days": 1}, content_type=JSON).status_code == 403
        assert api.delete(of(nima)).status_code == 403
        assert api.delete(of(sara)).status_code == 403
    assert api_for(olga, other_tenant).delete(of(nima)).status_code == 404
    assert api_for(None, tenant).delete(of(nima)).status_code == 401
    assert has_one(nima)
    assert not SecondStepRule.objects.exists()


def test_who_manages_people_does_not_reach_administrators(
    tenant: Tenant, sara: User, nima: User, api_for: ClientFor
) -> None:
    from identity.models import Role

    secure(sara)
    role = Role.objects.create(key="hr", name="HR", levels={"identity.user.view": "all", "identity.user.manage": "all"})
    User.objects.filter(pk=nima.pk).update(role=role)
    assert api_for(User.objects.get(pk=nima.pk), tenant).delete(of(sara)).status_code == 403
    assert has_one(sara)


def test_signing_in_goes_on_with_the_password(tenant: Tenant, sara: User, nima: User, api_for: Any) -> None:
    secure(nima)
    api_for(sara, tenant).delete(of(nima))
    assert signed_in(Client(HTTP_HOST=tenant.host), "nima@example.com").get("/settings/profile/").status_code == 200
