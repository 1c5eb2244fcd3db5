"""Customers with a life, deals of theirs, actors of the cast, and browsers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.panels import Frame
from identity.actors import actor_for
from kernel.access import Actor, allows, entity_for, system_actor
from kernel.context import Tenant
from kernel.records import create_record
from modules.sfa.models import Stage

SYSTEM = system_actor("test")


@pytest.fixture
def account(tenant: Tenant) -> Callable[..., Any]:
    return lambda name, **values: create_record("account", actor=SYSTEM, values={"name": name, **values})


@pytest.fixture
def contact(tenant: Tenant) -> Callable[..., Any]:
    return lambda name, **values: create_record("contact", actor=SYSTEM, values={"name": name, **values})


@pytest.fixture
def stages(tenant: Tenant) -> dict[str, Stage]:
    return {stage.key: stage for stage in Stage.objects.order_by("position")}


@pytest.fixture
def deal(stages: dict[str, Stage]) -> Callable[..., Any]:
    """`deal("Pumps", stage="won", account=house)`."""

    def make(name: str, *, stage: str = "prospecting", **values: Any) -> Any:
        return create_record("deal", actor=SYSTEM, values={"name": name, "stage": stages[stage], **values})

    return make


@pytest.fixture
def note(tenant: Tenant) -> Callable[..., Any]:
    """`note(house, "Called", by=nima)`: by nobody in particular where nobody is named."""

    def make(record: Any, text: str, *, by: Any = None, **values: Any) -> Any:
        place = {"entity": record.entity_name, "record_id": record.pk, "text": text}
        return create_record("note", actor=actor_for(by, tenant) if by else SYSTEM, values={**place, **values})

    return make


@pytest.fixture
def acting(tenant: Tenant) -> Callable[[Any], Actor]:
    return lambda user: actor_for(user, tenant)


@pytest.fixture
def frame(tenant: Tenant) -> Callable[..., Frame]:
    """`frame(house, nima)`: the record as his page has it."""

    def make(record: Any, user: Any) -> Frame:
        actor = actor_for(user, tenant)
        kind = entity_for(actor, record.entity_name)
        return Frame(actor, kind, record, allows(actor, kind, record, "change"))

    return make


@pytest.fixture
def page(client_for: Any, tenant: Tenant) -> Callable[[Any], Client]:
    """`page(sara)`: her browser."""
    return lambda user: client_for(user, tenant)
