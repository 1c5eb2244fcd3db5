"""Roles, leaving and coming back; and that nobody locks everybody out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from identity.models import ApiToken, Role, Team, User
from identity.services import (
    deactivate_user,
    hand_over,
    issue_token,
    reactivate_user,
    set_role,
    set_team,
)
from kernel.access import Actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid
from kernel.models import AuditEntry, OutboxMessage
from kernel.registry import registry

ActorFor = Callable[..., Actor]
ClientFor = Callable[[Any, Tenant], Client]


def role(key: str) -> Role:
    found: Role = Role.objects.get(key=key)
    return found


def give(key: str, **levels: str) -> None:
    one = role(key)
    one.levels = {**one.levels, **{code.replace("__", "."): level for code, level in levels.items()}}
    one.save()


def test_an_administrator_changes_a_role(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    set_role(actor=actor_for(sara), user=nima, role=role("manager"))
    nima.refresh_from_db()
    assert nima.role is not None
    assert nima.role.key == "manager"
    entry = AuditEntry.objects.get(entity="user", record_id=nima.pk, action="account")
    assert "role" in entry.changes
    assert OutboxMessage.objects.filter(name="identity.user_changed").exists()


def test_others_do_not(tenant: Tenant, mina: User, nima: User, reza: User, actor_for: ActorFor) -> None:
    for person in (mina, nima, reza):
        with pytest.raises(Denied):
            set_role(actor=actor_for(person), user=person, role=role("admin"))


def test_managing_people_reaches_no_administrator(
    tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor
) -> None:
    give("manager", identity__user__manage="all")
    actor = actor_for(mina)
    acts: tuple[Callable[[], Any], ...] = (
        lambda: set_role(actor=actor, user=nima, role=role("admin")),
        lambda: set_role(actor=actor, user=sara, role=role("reader")),
        lambda: deactivate_user(actor=actor, user=sara),
        lambda: set_team(actor=actor, user=sara, team=None),
    )
    for act in acts:
        with pytest.raises(Denied):
            act()
    set_role(actor=actor, user=nima, role=role("reader"))


def test_the_last_administrator_stays(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    actor = actor_for(sara)
    with pytest.raises(Invalid):
        set_role(actor=actor, user=sara, role=role("member"))
    nima = set_role(actor=actor, user=nima, role=role("admin"))
    set_role(actor=actor, user=sara, role=role("member"))
    with pytest.raises(Invalid):
        set_role(actor=actor_for(nima), user=nima, role=role("member"))


def test_a_deactivated_administrator_does_not_count(
    tenant: Tenant, sara: User, nima: User, actor_for: ActorFor
) -> None:
    actor = actor_for(sara)
    set_role(actor=actor, user=nima, role=role("admin"))
    deactivate_user(actor=actor, user=nima)
    with pytest.raises(Invalid):
        set_role(actor=actor, user=sara, role=role("member"))


def test_nobody_deactivates_themselves(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    set_role(actor=actor_for(sara), user=nima, role=role("admin"))
    with pytest.raises(Invalid):
        deactivate_user(actor=actor_for(sara), user=sara)


def test_leaving_hands_everything_over(
    tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor, client_for: ClientFor
) -> None:
    account = registry.entity("account").model_class
    mine: Any = account._default_manager.create(name="Golha", owner=nima)
    issue_token(actor=actor_for(nima), user=nima, name="x")
    browser = client_for(nima, tenant)
    deactivate_user(actor=actor_for(sara), user=nima, to=mina)
    mine.refresh_from_db()
    assert mine.owner_id == mina.pk
    assert not ApiToken.objects.filter(user=nima).exists()
    assert browser.get("/settings/profile/").status_code == 302
    reactivate_user(actor=actor_for(sara), user=nima)
    nima.refresh_from_db()
    assert nima.is_active


def test_records_go_to_active_people_only(
    tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor
) -> None:
    User.objects.filter(pk=mina.pk).update(state=User.State.DEACTIVATED)
    mina.refresh_from_db()
    for receiver in (mina, nima):
        with pytest.raises(Invalid):
            hand_over(actor=actor_for(sara), user=nima, to=receiver)


def test_who_has_no_password_comes_back_as_a_name(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    name = User(name="Ali", state=User.State.DEACTIVATED)
    name.set_unusable_password()
    name.save()
    assert reactivate_user(actor=actor_for(sara), user=name).state == "placeholder"


def test_a_team_is_given_by_who_manages_people(tenant: Tenant, sara: User, reza: User, actor_for: ActorFor) -> None:
    south = Team.objects.create(name="South")
    assert set_team(actor=actor_for(sara), user=reza, team=south).team == south
