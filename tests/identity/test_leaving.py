"""Leaving: all that hangs on a person is counted and passes on; sign-ins end; and several roles."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.customization.objects import define_object
from crm.models import SavedView
from identity.models import Invitation, Role, Team, Territory, User, UserRole
from identity.services import deactivate_user, invite_user, reactivate_user
from identity.services.leaving import belongings_of, owned_entities
from kernel.access import Actor, system_actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid
from kernel.models import Job, RecordShare
from kernel.records import create_record
from kernel.registry import registry
from kernel.shares import share_record
from tests.factories import PASSWORD

ActorFor = Callable[..., Actor]
ClientFor = Callable[[Any, Tenant], Client]


def signed_in(client: Client, email: str) -> Client:
    assert client.post("/auth/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def full_hands(tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor) -> dict[str, Any]:
    """Nima owns an account and a contact, leads a team, serves a territory, was shared a record and shares a view."""
    south = Team.objects.create(name="South", manager=nima)
    coast = Territory.objects.create(name="Coast")
    coast.members.add(nima)
    given = create_record("account", actor=actor_for(sara), values={"name": "Shared", "owner": sara})
    share_record("account", given.pk, actor=actor_for(sara), to_kind="user", to_id=nima.pk)
    view = SavedView.objects.create(entity="account", name="Ours", user=nima, shared=True)
    SavedView.objects.create(entity="account", name="Mine", user=nima)
    account = create_record("account", actor=actor_for(nima), values={"name": "Golha"})
    contact = create_record("contact", actor=actor_for(nima), values={"name": "Ali Amini"})
    job = Job.objects.create(kind="crm.import", created_by_id=nima.pk)
    return {"south": south, "coast": coast, "given": given, "view": view, "account": account, "contact": contact,
            "job": job}  # fmt: skip


def test_what_hangs_on_a_person_is_counted(tenant: Tenant, nima: User, full_hands: dict[str, Any]) -> None:
    counted = {kind.key: number for kind, number in belongings_of(nima)}
    assert counted == {
        "account": 1, "contact": 1, "led_teams": 1, "served_territories": 1, "shares": 1, "shared_views": 1,
    }  # fmt: skip


def test_own_objects_are_among_it(tenant: Tenant, sara: User, nima: User, mina: User, actor_for: ActorFor) -> None:
    name, words = "x_project", {"en": "Project"}
    define_object(actor=actor_for(sara), name=name, plural="x_projects", label=words, label_plural=words)
    assert any(entity.name == name for entity in owned_entities())
    record = create_record(name, actor=system_actor("test"), values={"name": "Bridge", "owner": nima})
    deactivate_user(actor=actor_for(sara), user=nima, to=mina)
    record = registry.entity(name).records().get(pk=record.pk)
    assert record.owner_id == mina.pk


def test_everything_passes_on_and_comes_not_back(
    tenant: Tenant, sara: User, mina: User, nima: User, full_hands: dict[str, Any], actor_for: ActorFor
) -> None:
    deactivate_user(actor=actor_for(sara), user=nima, to=mina)
    assert not belongings_of(nima)
    for name in ("account", "contact", "south", "view", "job"):
        full_hands[name].refresh_from_db()
    assert full_hands["account"].owner_id == full_hands["contact"].owner_id == mina.pk
    assert full_hands["south"].manager_id == mina.pk
    assert full_hands["view"].user_id == mina.pk
    assert list(full_hands["coast"].members.all()) == [mina]
    assert RecordShare.objects.get(record_id=full_hands["given"].pk).to_id == mina.pk
    assert full_hands["job"].state == Job.State.CANCELLED
    assert SavedView.objects.get(name="Mine").user_id == nima.pk
    reactivate_user(actor=actor_for(sara), user=nima)
    assert not belongings_of(nima)


def test_without_a_receiver_everything_stays(
    tenant: Tenant, sara: User, nima: User, full_hands: dict[str, Any], actor_for: ActorFor
) -> None:
    before = [(kind.key, number) for kind, number in belongings_of(nima)]
    deactivate_user(actor=actor_for(sara), user=nima)
    assert [(kind.key, number) for kind, number in belongings_of(nima)] == before


def test_different_people_for_different_things(
    tenant: Tenant, sara: User, mina: User, nima: User, reza: User, full_hands: dict[str, Any], client_for: ClientFor
) -> None:
    client = client_for(sara, tenant)
    page = client.get(f"/settings/people/{nima.pk}/deactivate/")
    assert "to_contact" in page.context["form"].fields
    answer = client.post(f"/settings/people/{nima.pk}/deactivate/", {"to": str(mina.pk), "to_contact": str(reza.pk)})
    assert answer.status_code == 302
    full_hands["account"].refresh_from_db()
    full_hands["contact"].refresh_from_db()
    assert full_hands["account"].owner_id == mina.pk
    assert full_hands["contact"].owner_id == reza.pk


def test_a_share_that_both_had_is_not_doubled(
    tenant: Tenant, sara: User, mina: User, nima: User, full_hands: dict[str, Any], actor_for: ActorFor
) -> None:
    share_record(
        "account", full_hands["given"].pk, actor=actor_for(sara), to_kind="user", to_id=mina.pk, level="change"
    )
    deactivate_user(actor=actor_for(sara), user=nima, to=mina)
    assert RecordShare.objects.get(record_id=full_hands["given"].pk).level == "change"


def test_the_api_hands_over_by_kind(
    tenant: Tenant, sara: User, mina: User, nima: User, reza: User, full_hands: dict[str, Any], api_for: ClientFor
) -> None:
    answer = api_for(sara, tenant).post(
        f"/api/v1/users/{nima.pk}/deactivate/", {"to": str(mina.pk), "by_kind": {"led_teams": str(reza.pk)}}
    )
    assert answer.status_code == 200
    full_hands["south"].refresh_from_db()
    assert full_hands["south"].manager_id == reza.pk


# ── where somebody is signed in ──
def test_one_device_is_signed_out(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    here = signed_in(client_for(None, tenant), "nima@example.com")
    there = signed_in(client_for(None, tenant), "nima@example.com")
    there_row = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/settings/security/sessions/{there_row.pk}/end/")
    assert here.get("/settings/profile/").status_code == 200
    assert there.get("/settings/profile/").status_code == 302


def test_nobody_ends_a_session_of_others(tenant: Tenant, nima: User, reza: User, client_for: ClientFor) -> None:
    mine = signed_in(client_for(None, tenant), "nima@example.com")
    row = UserSession.objects.get(session_key=mine.session.session_key)
    other = client_for(reza, tenant)
    assert other.post(f"/settings/security/sessions/{row.pk}/end/").status_code == 404
    assert other.post(f"/settings/people/{nima.pk}/sessions/end/").status_code == 403
    assert mine.get("/settings/profile/").status_code == 200


def test_an_administrator_signs_somebody_out(
    tenant: Tenant, sara: User, nima: User, olga: User, client_for: ClientFor, api_for: ClientFor
) -> None:
    first = signed_in(client_for(None, tenant), "nima@example.com")
    second = signed_in(client_for(None, tenant), "nima@example.com")
    admin = client_for(sara, tenant)
    assert len(admin.get(f"/settings/people/{nima.pk}/").context["devices"]) == 2
    row = UserSession.objects.get(session_key=first.session.session_key)
    admin.post(f"/settings/people/{nima.pk}/sessions/end/", {"number": row.pk})
    assert first.get("/settings/profile/").status_code == 302
    assert second.get("/settings/profile/").status_code == 200
    assert api_for(sara, tenant).delete(f"/api/v1/users/{nima.pk}/sessions/").json() == {"ended": 1}
    assert second.get("/settings/profile/").status_code == 302
    assert admin.post(f"/settings/people/{olga.pk}/sessions/end/").status_code == 404


def test_a_device_says_when_it_was_last_seen(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    client = signed_in(client_for(None, tenant), "nima@example.com")
    long_ago = timezone.now() - timedelta(hours=3)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/settings/profile/")
    assert UserSession.objects.get().last_seen_at == long_ago  # written a moment ago, at the sign-in
    session = client.session
    session["seen"] -= 600
    session.save()
    client.get("/settings/profile/", REMOTE_ADDR="192.0.2.7")
    row = UserSession.objects.get()
    assert row.last_seen_at > timezone.now() - timedelta(minutes=1)
    assert row.ip == "192.0.2.7"


def test_a_new_password_leaves_no_other_device(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    here = signed_in(client_for(None, tenant), "nima@example.com")
    there = signed_in(client_for(None, tenant), "nima@example.com")
    strong = "wide-river-blue-40"
    answer = here.post("/auth/password/change/", {"oldpassword": PASSWORD, "password1": strong, "password2": strong})
    assert answer.status_code == 302
    assert there.get("/settings/profile/").status_code == 302
    assert [one.current for one in here.get("/settings/security/").context["devices"]] == [True]


def test_the_list_of_devices_asks_the_same_number_of_queries(tenant: Tenant, nima: User, client_for: ClientFor) -> None:
    here = signed_in(client_for(None, tenant), "nima@example.com")

    def count() -> int:
        here.get("/settings/security/")
        with CaptureQueriesContext(connection) as queries:
            here.get("/settings/security/")
        return len(queries)

    one = count()
    for _ in range(2):
        signed_in(client_for(None, tenant), "nima@example.com")
    assert count() == one


# ── several roles ──
def test_several_roles_on_the_persons_page(tenant: Tenant, sara: User, nima: User, client_for: ClientFor) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    client = client_for(sara, tenant)
    values = {"role": str(roles["member"].pk), "roles": [str(roles["reader"].pk)], "team": str(nima.team_id)}
    assert client.post(f"/settings/people/{nima.pk}/", values).status_code == 302
    assert [one.role.key for one in nima.further_roles.all()] == ["reader"]
    assert client.get(f"/settings/people/{nima.pk}/").context["form"].initial["roles"] == [roles["reader"].pk]
    client.post(f"/settings/people/{nima.pk}/", {**values, "roles": []})
    assert not nima.further_roles.exists()


def test_the_administrators_role_is_no_further_role_for_whoever_merely_manages_people(
    tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor, client_for: ClientFor
) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    manager = roles["manager"]
    manager.levels = {**manager.levels, "identity.user.manage": "all"}
    manager.save()
    values = {"role": str(roles["member"].pk), "roles": [str(roles["admin"].pk)], "team": str(nima.team_id)}
    answer = client_for(mina, tenant).post(f"/settings/people/{nima.pk}/", values)
    assert answer.context["form"].errors["roles"]
    with pytest.raises(Denied):
        invite_user(actor=actor_for(mina), email="new@example.com", role=roles["member"], roles=[roles["admin"]])
    assert not UserRole.objects.exists()


def test_an_invitation_with_several_roles(
    tenant: Tenant, sara: User, client_for: ClientFor, api_for: ClientFor
) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    values = {"email": "ali@example.com", "role": str(roles["member"].pk), "roles": [str(roles["manager"].pk)]}
    assert client_for(sara, tenant).post("/settings/people/invite/", values).status_code == 302
    ali = User.objects.get(email="ali@example.com")
    assert [one.role.key for one in ali.further_roles.all()] == ["manager"]
    given = {"email": "taha@example.com", "role": "member", "roles": ["reader"]}
    api = api_for(sara, tenant)
    assert api.post("/api/v1/invitations/", given).status_code == 201
    taha = User.objects.get(email="taha@example.com")
    answer = api.post(f"/api/v1/users/{taha.pk}/role/", {"role": "member", "roles": ["manager"]})
    assert answer.json()["roles"] == ["manager"]
    api.delete(f"/api/v1/invitations/{Invitation.objects.get(user=taha).pk}/")
    assert not taha.further_roles.exists()


def test_the_last_administrator_keeps_their_further_role(
    tenant: Tenant, sara: User, nima: User, client_for: ClientFor
) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    UserRole.objects.create(user=sara, role=roles["admin"])
    sara.role = roles["member"]
    sara.save()
    answer = client_for(sara, tenant).post(f"/settings/people/{sara.pk}/", {"role": str(roles["member"].pk)})
    assert answer.context["form"].errors
    assert sara.is_admin


def test_nobody_receives_who_is_gone(
    tenant: Tenant, sara: User, mina: User, nima: User, full_hands: dict[str, Any], actor_for: ActorFor
) -> None:
    User.objects.filter(pk=mina.pk).update(state=User.State.DEACTIVATED)
    mina.refresh_from_db()
    with pytest.raises(Invalid):
        deactivate_user(actor=actor_for(sara), user=nima, by_kind={"account": mina})
    nima.refresh_from_db()
    assert nima.is_active
