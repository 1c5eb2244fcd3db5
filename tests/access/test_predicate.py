"""The predicate, its explanation and a naive reading of the rules agree, in worlds drawn at random."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from identity.actors import actor_for
from kernel.access import allows, entity_for, records_visible_to
from kernel.context import Tenant
from kernel.explain import explain, findings
from kernel.registry import registry
from tests.access.world import ENGINE, FIELDS, MODELS, World, worlds

pytestmark = pytest.mark.django_db
ACTIONS = ("view", "change", "delete", "export")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_the_predicate_says_what_the_rules_say(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        actor = actor_for(world.build(), tenant)
        for kind in ENGINE:
            for action in ACTIONS:
                found = set(records_visible_to(actor, kind, action).values_list("pk", flat=True))
                assert found == {record.id for record in world.seen(kind, action)}, (kind, action)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_the_explanation_agrees(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        actor = actor_for(world.build(), tenant)
        for record in world.records:
            row = MODELS[record.kind].objects.get(pk=record.id)
            for action in ("view", "change"):
                found = findings(record.kind, actor, action, record.id)
                assert found is not None
                assert found.allowed == world.may(record, action) == allows(actor, record.kind, row, action)
            said = explain(record.kind, actor, "view", row)
            assert said[0].holds == world.may(record)
            assert any(reason.holds for reason in said[1:]) or not said[0].holds


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_fields_are_what_the_roles_say(tenant: Tenant, unmade: Any, world: World) -> None:
    with unmade():
        actor = actor_for(world.build(), tenant)
        for kind, names in FIELDS.items():
            if not actor.may(registry.entity(kind).permission("view")):
                continue  # no record of it is shown, so its fields are nobody's question
            seen = entity_for(actor, kind)
            for name in names:
                level = world.field(kind, name)
                assert (name in seen.all_fields) == (level != "hidden")
                assert (name in {f.name for f in seen.editable_fields}) == (level == "edit")
                assert (name in {f.name for f in seen.filter_fields}) == (
                    level in ("read", "edit") and name in {f.name for f in registry.entity(kind).filter_fields}
                )
                if level == "masked":
                    field = seen.field(name)
                    assert field.masked
                    assert field.revealable == world.reveals(kind, name)
                    assert not field.sortable
