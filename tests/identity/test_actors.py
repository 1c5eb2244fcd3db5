"""Who acts, in one query, and whose records the level "team" reaches."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity.actors import actor_for
from identity.models import Role, Team, User
from identity.services import seed_roles
from kernel.context import PUBLIC_TENANT, Tenant
from kernel.registry import registry


def test_one_query_builds_the_actor(tenant: Tenant, nima: User) -> None:
    assert registry.permissions  # what this workspace adds to the registry is read once, by whoever needs it first
    with CaptureQueriesContext(connection) as queries:
        actor = actor_for(nima, tenant)
    assert len(queries) == 1
    assert actor.label == "Nima Rezaei"
    assert actor.level("identity.user.view") == "all"
    assert actor.level("identity.user.change") == "none"


def test_administrators_may_do_everything_but_delete_people_and_rewrite_roles(tenant: Tenant, sara: User) -> None:
    actor = actor_for(sara, tenant)
    refused = {code for code in registry.permissions if actor.level(code) != "all"}
    on = {*tenant.engines, *registry.always_on()}
    assert {code for code in refused if code.partition(".")[0] in on} == {
        "identity.user.delete", "identity.role.add", "identity.role.change", "identity.role.delete",
        "identity.role.import",
    }  # fmt: skip


def test_a_team_reaches_the_teams_below_it(tenant: Tenant, mina: User, nima: User) -> None:
    north: Any = nima.team
    below = Team.objects.create(name="North East", parent=north)
    lowest = Team.objects.create(name="Shirvan", parent=below)
    beside = Team.objects.create(name="South")
    assert actor_for(nima, tenant).team_ids == {north.pk, below.pk, lowest.pk}
    beside.manager = mina
    beside.save()
    assert beside.pk in actor_for(mina, tenant).team_ids
    assert beside.pk not in actor_for(nima, tenant).team_ids


def test_a_loop_in_the_tree_ends(tenant: Tenant, nima: User) -> None:
    north: Any = nima.team
    below = Team.objects.create(name="A", parent=north)
    Team.objects.filter(pk=north.pk).update(parent=below)
    assert actor_for(nima, tenant).team_ids == {north.pk, below.pk}


@pytest.mark.parametrize("state", [User.State.DEACTIVATED, User.State.INVITED, User.State.PLACEHOLDER])
def test_who_may_not_sign_in_holds_nothing(tenant: Tenant, sara: User, state: str) -> None:
    sara.state = state
    assert not actor_for(sara, tenant).may("identity.user.view")


def test_operators_hold_no_permission_of_a_workspace(tenant: Tenant, sara: User) -> None:
    assert dict(actor_for(sara, PUBLIC_TENANT).levels) == {}


def test_seeding_again_keeps_what_was_edited(tenant: Tenant) -> None:
    member = Role.objects.get(key="member")
    member.levels = {"crm.account.view": "own"}
    member.save()
    seed_roles()
    seed_roles()
    member.refresh_from_db()
    assert member.levels["crm.account.view"] == "own"
    assert member.levels["crm.contact.view"] == "all"
    assert Role.objects.filter(is_builtin=True).count() == 4


def test_an_unknown_level_in_a_role_gives_nothing(tenant: Tenant, nima: User) -> None:
    Role.objects.filter(key="member").update(levels={"crm.account.view": "galaxy"})
    actor: Any = actor_for(nima, tenant)
    assert actor.level("crm.account.view") == "none"
