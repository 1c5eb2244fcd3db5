"""Roles as data: levels are set, capped by what the giver holds, and built-in roles stay."""

from collections.abc import Callable

import pytest

from identity.models import Role, User
from identity.services import create_role, delete_role, save_role_levels
from kernel.access import Actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid

ActorFor = Callable[..., Actor]


def role(key: str) -> Role:
    found: Role = Role.objects.get(key=key)
    return found


def test_levels_hold_at_once(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    save_role_levels(actor=actor_for(sara), role=role("member"), levels={"crm.account.view": "own"})
    assert actor_for(nima).level("crm.account.view") == "own"


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ({"no.such.code": "all"}, "unknown_permission"),
        ({"crm.account.view": "everything"}, "unknown_level"),
        ({"identity.user.delete": "all"}, "unknown_permission"),
        ({"identity.role.change": "all"}, "unknown_permission"),
    ],
)
def test_nonsense_is_refused(
    tenant: Tenant, sara: User, actor_for: ActorFor, levels: dict[str, str], code: str
) -> None:
    with pytest.raises(Invalid) as error:
        save_role_levels(actor=actor_for(sara), role=role("member"), levels=levels)
    assert next(iter(error.value.problems.values()))[0].code == code


def test_the_administrators_role_is_not_changed(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    with pytest.raises(Invalid):
        save_role_levels(actor=actor_for(sara), role=role("admin"), levels={"crm.account.view": "none"})


def test_nobody_gives_more_than_they_hold(tenant: Tenant, mina: User, actor_for: ActorFor) -> None:
    with pytest.raises(Denied):
        save_role_levels(actor=actor_for(mina), role=role("manager"), levels={"identity.user.manage": "all"})
    manager = role("manager")
    manager.levels = {**manager.levels, "identity.role.manage": "all"}
    manager.save()
    with pytest.raises(Invalid) as error:
        save_role_levels(actor=actor_for(mina), role=manager, levels={"identity.user.manage": "all"})
    assert error.value.problems["identity.user.manage"][0].code == "beyond_own"


def test_an_own_role(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    actor = actor_for(sara)
    made = create_role(actor=actor, name="فروش تلفنی", description="", like=role("member"))
    assert made.levels["crm.account.view"] == "all"
    assert made.key
    with pytest.raises(Invalid):
        create_role(actor=actor, name="فروش تلفنی")
    User.objects.filter(pk=nima.pk).update(role=made)
    assert actor_for(User.objects.get(pk=nima.pk)).level("crm.account.view") == "all"
    with pytest.raises(Invalid):
        delete_role(actor=actor, role=made)
    User.objects.filter(pk=nima.pk).update(role=role("member"))
    delete_role(actor=actor, role=made)
    with pytest.raises(Invalid):
        delete_role(actor=actor, role=role("member"))
