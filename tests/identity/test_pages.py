"""Every page of this part, for whom it is, in both languages, with a constant number of queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity.models import Invitation, Role, Team, User
from kernel.context import Tenant

ClientFor = Callable[[Any, Tenant], Client]
OWN = ("/settings/profile/", "/settings/security/", "/settings/tokens/")
MANAGING = ("/settings/people/invite/", "/settings/roles/")


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(
    "path", [*OWN, *MANAGING, "/settings/people/", "/settings/people/?tab=names", "/settings/teams/new/"]
)
def test_pages_open_for_administrators(
    tenant: Tenant, sara: User, client_for: ClientFor, path: str, language: str
) -> None:
    User.objects.filter(pk=sara.pk).update(language=language)
    page = client_for(sara, tenant).get(path)
    assert page.status_code == 200
    assert f'lang="{language}"'.encode() in page.content


@pytest.mark.parametrize("who", ["mina", "nima", "reza"])
def test_managing_pages_are_closed_to_others(
    tenant: Tenant, request: pytest.FixtureRequest, sara: User, client_for: ClientFor, who: str
) -> None:
    client = client_for(request.getfixturevalue(who), tenant)
    for path in MANAGING:
        assert client.get(path).status_code == 403
    assert client.post(f"/settings/people/{sara.pk}/role/", {"role": ""}).status_code == 403
    assert client.post(f"/settings/people/{sara.pk}/deactivate/").status_code == 403
    for path in OWN:
        assert client.get(path).status_code == 200


def test_strangers_are_sent_to_the_sign_in(tenant: Tenant, client_for: ClientFor) -> None:
    for path in (*OWN, *MANAGING, "/settings/people/"):
        answer = client_for(None, tenant).get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/auth/login/?next=")


def test_foreign_people_have_no_page(tenant: Tenant, sara: User, olga: User, client_for: ClientFor) -> None:
    client = client_for(sara, tenant)
    for path in ("", "deactivate/"):
        assert client.get(f"/settings/people/{olga.pk}/{path}").status_code == 404
    assert client.post(f"/settings/people/{olga.pk}/role/").status_code == 404


def test_the_list_of_people_asks_the_same_number_of_queries(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    client = client_for(sara, tenant)

    def add(number: int) -> None:
        member = Role.objects.get(key="member")
        for n in range(number):
            team = Team.objects.create(name=f"T{User.objects.count()}{n}", manager=sara)
            User.objects.create(name=f"P{n}", state="active", role=member, team=team)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/settings/people/").status_code == 200
        return len(found)

    queries()
    add(1)
    one = queries()
    add(20)
    assert queries() == one


def test_inviting_on_the_page(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    client = client_for(sara, tenant)
    member = Role.objects.get(key="member")
    answer = client.post("/settings/people/invite/", {"email": "leila@example.com", "name": "Leila", "role": member.pk})
    assert answer.status_code == 302
    page = client.get("/settings/people/")
    assert b"leila@example.com" in page.content
    invitation = Invitation.objects.get()
    client.post(f"/settings/invitations/{invitation.pk}/cancel/")
    assert not Invitation.objects.exists()


def test_a_refusal_keeps_what_was_typed(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    member = Role.objects.get(key="member")
    answer = client_for(sara, tenant).post(
        "/settings/people/invite/", {"email": "nima@example.com", "name": "Somebody", "role": member.pk}
    )
    assert answer.status_code == 200
    assert b"Somebody" in answer.content
    assert answer.context["form"].errors["email"]


def test_the_role_chosen_in_the_list(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    manager = Role.objects.get(key="manager")
    client_for(sara, tenant).post(f"/settings/people/{nima.pk}/role/", {"role": str(manager.pk)})
    nima.refresh_from_db()
    assert nima.role == manager


def test_the_matrix_saves_what_changed(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    member = Role.objects.get(key="member")
    client = client_for(sara, tenant)
    assert client.get(f"/settings/roles/{member.pk}/").status_code == 200
    client.post(f"/settings/roles/{member.pk}/", {"level.crm.account.view": "own"})
    member.refresh_from_db()
    assert member.levels["crm.account.view"] == "own"


def test_a_token_is_shown_once(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = client_for(nima, tenant)
    page = client.post("/settings/tokens/", {"name": "accounting", "life": "30"})
    secret = page.context["secret"]
    assert secret.startswith("pvd_")
    assert secret.encode() in page.content
    assert secret.encode() not in client.get("/settings/tokens/").content
    token = nima.tokens.get()
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    assert not nima.tokens.exists()


def test_nobody_revokes_a_token_of_others(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    client_for(nima, tenant).post("/settings/tokens/", {"name": "x", "life": "30"})
    assert client_for(sara, tenant).post(f"/settings/tokens/{nima.tokens.get().pk}/revoke/").status_code == 404


def test_the_profile_is_saved(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    values = {"name": "نیما", "language": "fa", "calendar": "jalali", "theme": "dark", "time_zone": "Asia/Tehran"}
    answer = client_for(nima, tenant).post("/settings/profile/", values)
    assert answer.status_code == 302
    assert answer.cookies["pv_theme"].value == "dark"
    nima.refresh_from_db()
    assert (nima.name, nima.language, nima.calendar) == ("نیما", "fa", "jalali")


def test_a_team_on_the_page(tenant: Tenant, sara: User, client_for: ClientFor) -> None:
    client = client_for(sara, tenant)
    assert client.post("/settings/teams/new/", {"name": "South", "region": "Shiraz"}).status_code == 302
    south = Team.objects.get(name="South")
    assert client.get(f"/settings/teams/{south.pk}/").status_code == 200
    north = Team.objects.get(name="North")
    client.post(f"/settings/teams/{south.pk}/", {"name": "South", "parent": str(north.pk)})
    south.refresh_from_db()
    assert south.parent == north
    answer = client.post(f"/settings/teams/{north.pk}/", {"name": "North", "parent": str(south.pk)})
    assert answer.status_code == 200
    client.post(f"/settings/teams/{north.pk}/delete/")
    assert Team.objects.filter(pk=north.pk).exists()
    client.post(f"/settings/teams/{south.pk}/delete/")
    assert not Team.objects.filter(pk=south.pk).exists()
