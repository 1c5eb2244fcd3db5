"""The generic doors (API, bulk, undo) raise nobody: role, state, e-mail and reach change through services only."""

from collections.abc import Callable
from typing import Any

import pytest

from identity.models import Role, Team, User
from identity.services import set_role
from kernel.access import Actor
from kernel.clean import clean_values
from kernel.context import Tenant
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.records import (
    bulk_update,
    create_record,
    delete_record,
    undo_batch,
    update_record,
    upsert_records,
)

ActorFor = Callable[..., Actor]


@pytest.mark.parametrize("field", ["role", "state", "password", "is_superuser", "deleted_at", "id", "last_login"])
def test_no_generic_write_takes_these_fields(tenant: Tenant, sara: User, actor_for: ActorFor, field: str) -> None:
    with pytest.raises(Invalid) as error:
        clean_values("user", {"name": "X", field: "admin"}, actor=actor_for(sara))
    assert error.value.problems[field][0].code in ("read_only", "unknown_field")


def test_a_new_person_is_a_name_without_a_way_in(tenant: Tenant, sara: User, mina: User, actor_for: ActorFor) -> None:
    values = {"name": "Ali", "email": "Ali@Example.com", "state": "active", "role": sara.role}
    made = create_record("user", actor=actor_for(mina), values={k: v for k, v in values.items() if k != "state"})
    made.refresh_from_db()
    assert (made.state, made.role, made.email) == ("placeholder", None, "ali@example.com")
    assert not made.has_usable_password()


def test_nobody_else_changes_the_address_one_signs_in_with(
    tenant: Tenant, sara: User, mina: User, nima: User, actor_for: ActorFor
) -> None:
    for actor in (actor_for(mina), actor_for(sara)):
        with pytest.raises(Invalid):
            update_record("user", nima.pk, actor=actor, values={"email": "thief@example.com"})
        with pytest.raises(Invalid):
            bulk_update("user", [nima.pk], actor=actor, values={"email": "thief@example.com"})
    results = upsert_records(
        "user", [{"name": "Nima Rezaei", "email": "thief@example.com"}], actor=actor_for(mina), match=["name"]
    )
    assert [row.kind for row in results] == ["refused"]
    nima.refresh_from_db()
    assert nima.email == "nima@example.com"


def test_a_manager_cannot_widen_their_own_reach(tenant: Tenant, mina: User, nima: User, actor_for: ActorFor) -> None:
    south = Team.objects.create(name="South")
    actor = actor_for(mina)
    for entity, pk, values in (
        ("user", mina.pk, {"team": south}),
        ("team", south.pk, {"manager": mina}),
        ("team", south.pk, {"parent": mina.team}),
    ):
        with pytest.raises(Invalid):
            update_record(entity, pk, actor=actor, values=values)


def test_a_member_changes_no_people(tenant: Tenant, nima: User, reza: User, actor_for: ActorFor) -> None:
    with pytest.raises(Denied):
        update_record("user", reza.pk, actor=actor_for(nima), values={"name": "X"})


def test_nobody_deletes_people(tenant: Tenant, sara: User, nima: User, actor_for: ActorFor) -> None:
    with pytest.raises(Denied):
        delete_record("user", nima.pk, actor=actor_for(sara))


def test_roles_are_not_written_generically(tenant: Tenant, sara: User, actor_for: ActorFor) -> None:
    role = Role.objects.get(key="member")
    with pytest.raises(Denied):
        delete_record("role", role.pk, actor=actor_for(sara))
    with pytest.raises(Denied):
        create_record("role", actor=actor_for(sara), values={})


def test_undo_brings_no_role_back(tenant: Tenant, sara: User, mina: User, actor_for: ActorFor) -> None:
    """Mina was administrator once; undoing that change is not hers."""
    actor = actor_for(sara)
    set_role(actor=actor, user=mina, role=Role.objects.get(key="admin"))
    set_role(actor=actor, user=mina, role=Role.objects.get(key="manager"))
    for entry in AuditEntry.objects.filter(entity="user", record_id=mina.pk):
        with pytest.raises((NotFound, Denied)):
            undo_batch(entry.pk, actor=actor_for(mina))
    mina.refresh_from_db()
    assert mina.role is not None
    assert mina.role.key == "manager"


def test_undo_moves_nobody_back_into_a_team(tenant: Tenant, sara: User, mina: User, actor_for: ActorFor) -> None:
    """An administrator moved Mina out of North; Mina, who may edit people, cannot take that back."""
    north = mina.team
    update_record("user", mina.pk, actor=actor_for(sara), values={"team": None})
    entry = AuditEntry.objects.get(entity="user", record_id=mina.pk, action="changed")
    outcome: Any = undo_batch(entry.pk, actor=actor_for(mina))
    assert (outcome.changed, outcome.refused) == (0, 1)
    mina.refresh_from_db()
    assert mina.team is None
    assert undo_batch(entry.pk, actor=actor_for(sara)).changed == 1
    mina.refresh_from_db()
    assert mina.team == north
