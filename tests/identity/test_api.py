"""Signing in to the API, and people and invitations over it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.utils import timezone

from identity.models import ApiToken, Role, User
from kernel.context import Tenant
from tests.factories import PASSWORD

ApiFor = Callable[..., Any]
TOKEN = "/api/v1/auth/token/"


def problem(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    return answer.json()


def ask(api: Any, email: str, password: str = PASSWORD, **more: str) -> Any:
    return api.post(TOKEN, {"email": email, "password": password, **more})


def test_a_password_gets_a_token_that_works(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    answer = ask(api_for(None, tenant), "Nima@example.com")
    assert answer.status_code == 200, answer.content
    token = answer.json()["token"]
    me = api_for(None, tenant).get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert me.status_code == 200
    assert me.json()["email"] == "nima@example.com"
    assert me.json()["role"]["key"] == "member"
    assert not ApiToken.objects.filter(hash__contains=token[4:20]).exists()


def test_unknown_wrong_and_deactivated_get_one_answer(tenant: Tenant, nima: User, reza: User, api_for: ApiFor) -> None:
    User.objects.filter(pk=reza.pk).update(state=User.State.DEACTIVATED)
    answers = [
        problem(ask(api_for(None, tenant), email, password), 401)
        for email, password in (
            ("nima@example.com", "wrong"), ("nobody@example.com", "wrong"), ("reza@example.com", PASSWORD),
        )
    ]  # fmt: skip
    for answer in answers:
        answer.pop("reference", None)
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    "body", [{}, {"email": "x"}, {"email": "x", "password": "y", "admin": True}, {"email": {"a": 1}, "password": []}]
)
def test_a_bad_body_is_named(tenant: Tenant, api_for: ApiFor, body: Any) -> None:
    assert problem(api_for(None, tenant).post(TOKEN, body), 422)["errors"]


def test_guessing_is_slowed_down(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    api = api_for(None, tenant)
    statuses = [ask(api, "nima@example.com", "wrong").status_code for _ in range(8)]
    assert statuses[-1] == 429
    assert problem(ask(api, "nima@example.com"), 429)["code"] == "throttled"


def test_a_second_factor_is_asked_for(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    secret = generate_totp_secret()
    TOTP.activate(nima, secret)
    api = api_for(None, tenant)
    assert problem(ask(api, "nima@example.com"), 422)["errors"][0]["code"] == "code_required"
    assert problem(ask(api, "nima@example.com", "wrong"), 401)
    assert problem(ask(api, "nima@example.com", code="000000"), 422)["errors"][0]["code"] == "wrong_code"
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(secret, counter))
    assert ask(api, "nima@example.com", code=code).status_code == 200


def test_a_recovery_code_works_once(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    TOTP.activate(nima, generate_totp_secret())
    code = RecoveryCodes.activate(nima).get_unused_codes()[0]
    assert ask(api_for(None, tenant), "nima@example.com", code=code).status_code == 200
    assert ask(api_for(None, tenant), "nima@example.com", code=code).status_code == 422


def test_a_foreign_token_is_unknown_here(tenant: Tenant, other_tenant: Tenant, olga: User, api_for: ApiFor) -> None:
    assert api_for(olga, other_tenant).get("/api/v1/me/").status_code == 200
    assert problem(api_for(olga, other_tenant, host=tenant.host).get("/api/v1/me/"), 401)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer pvd_", "Bearer a b", "bearer pvd_" + "x" * 500, "Bearer \u00d8\u00b3"]
)
def test_no_token_no_entrance(tenant: Tenant, api_for: ApiFor, header: str) -> None:
    answer = api_for(None, tenant).get("/api/v1/me/", HTTP_AUTHORIZATION=header)
    assert problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_ended_or_revoked_token_and_one_of_somebody_gone_stop(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    api = api_for(nima, tenant)
    assert api.get("/api/v1/me/").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get("/api/v1/me/").status_code == 401
    ApiToken.objects.update(expires_at=None)
    User.objects.filter(pk=nima.pk).update(state=User.State.DEACTIVATED)
    assert api.get("/api/v1/me/").status_code == 401


def test_a_session_needs_its_csrf_token_for_writing(
    tenant: Tenant, sara: User, client_for: Callable[..., Client]
) -> None:
    client = client_for(sara, tenant)
    client.handler.enforce_csrf_checks = True
    assert client.get("/api/v1/me/").status_code == 200
    body = {"email": "leila@example.com", "role": "member"}
    assert client.post("/api/v1/invitations/", body, content_type="application/json").status_code == 403


def test_inviting_over_the_api(tenant: Tenant, sara: User, api_for: ApiFor) -> None:
    api = api_for(sara, tenant)
    made = api.post("/api/v1/invitations/", {"email": "leila@example.com", "name": "Leila", "role": "reader"})
    assert made.status_code == 201, made.content
    assert mail.outbox[-1].to == ["leila@example.com"]
    listed = api.get("/api/v1/invitations/").json()
    assert listed["count"] == 1
    assert listed["results"][0]["role"] == "reader"
    pk = made.json()["id"]
    assert api.post(f"/api/v1/invitations/{pk}/resend/").status_code == 200
    assert api.delete(f"/api/v1/invitations/{pk}/").status_code == 204
    assert api.get("/api/v1/invitations/").json()["count"] == 0


def test_roles_and_leaving_over_the_api(tenant: Tenant, sara: User, mina: User, nima: User, api_for: ApiFor) -> None:
    api = api_for(sara, tenant)
    assert api.post(f"/api/v1/users/{nima.pk}/role/", {"role": "manager"}).json()["role"] == "manager"
    assert problem(api.post(f"/api/v1/users/{nima.pk}/role/", {"role": "emperor"}), 422)
    assert (
        problem(api.post(f"/api/v1/users/{sara.pk}/role/", {"role": "member"}), 422)["errors"][0]["code"]
        == "last_admin"
    )
    answer = api.post(f"/api/v1/users/{nima.pk}/deactivate/", {"to": str(mina.pk)})
    assert answer.json()["state"] == "deactivated"
    assert api.post(f"/api/v1/users/{nima.pk}/reactivate/").json()["state"] == "active"


@pytest.mark.parametrize("who", ["mina", "nima", "reza"])
def test_others_may_not(tenant: Tenant, nima: User, request: pytest.FixtureRequest, api_for: ApiFor, who: str) -> None:
    api = api_for(request.getfixturevalue(who), tenant)
    assert problem(api.post("/api/v1/invitations/", {"email": "x@example.com"}), 403)
    assert problem(api.get("/api/v1/invitations/"), 403)
    assert problem(api.post(f"/api/v1/users/{nima.pk}/role/", {"role": "admin"}), 403)
    assert problem(api.post(f"/api/v1/users/{nima.pk}/deactivate/", {}), 403)


def test_foreign_people_are_not_here(tenant: Tenant, sara: User, olga: User, api_for: ApiFor) -> None:
    api = api_for(sara, tenant)
    assert problem(api.get(f"/api/v1/users/{olga.pk}/"), 404)
    assert problem(api.post(f"/api/v1/users/{olga.pk}/role/", {"role": "reader"}), 404)


def test_the_generic_door_refuses_role_and_state(tenant: Tenant, sara: User, nima: User, api_for: ApiFor) -> None:
    api = api_for(sara, tenant)
    admin = Role.objects.get(key="admin")
    for body in ({"role": str(admin.pk)}, {"state": "active"}, {"password": "x"}):
        answer = api.patch(f"/api/v1/users/{nima.pk}/", body, content_type="application/json")
        assert problem(answer, 422)["errors"][0]["code"] in ("read_only", "unknown_field")


def test_problems_speak_the_readers_language(tenant: Tenant, nima: User, api_for: ApiFor) -> None:
    User.objects.filter(pk=nima.pk).update(language="fa")
    answer = api_for(nima, tenant).get("/api/v1/invitations/")
    assert answer.status_code == 403
