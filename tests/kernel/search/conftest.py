"""Ways to search as one of the cast."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.access import Actor, system_actor
from kernel.context import Tenant
from kernel.records import create_record
from kernel.registry import registry
from kernel.search.find import find
from kernel.search.shown import Shown, show

SYSTEM = system_actor("test")
KINDS = ("account", "contact", "deal", "product")


@pytest.fixture
def admin(tenant: Tenant, actor_for: Callable[..., Actor], sara: Any) -> Actor:
    return actor_for(sara)


@pytest.fixture
def member(tenant: Tenant, actor_for: Callable[..., Actor], nima: Any) -> Actor:
    return actor_for(nima)


@pytest.fixture
def make(tenant: Tenant) -> Callable[..., Any]:
    """`make("contact", name="Sara Ahmadi")`: a record, made by nobody in particular."""
    return lambda entity, **values: create_record(entity, actor=SYSTEM, values=values)


@pytest.fixture
def found() -> Callable[..., list[Shown]]:
    """`found("sara", actor)`: what a search shows."""

    def look(text: str, actor: Actor, *names: str, **more: Any) -> list[Shown]:
        kinds = [registry.entity(name) for name in names or KINDS]
        return show(find(text, actor=actor, entities=kinds, **more), actor=actor)

    return look


@pytest.fixture
def titles(found: Callable[..., list[Shown]]) -> Callable[..., list[str]]:
    return lambda text, actor, *names, **more: [one.title for one in found(text, actor, *names, **more)]
