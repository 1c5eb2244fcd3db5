"""Deals in the workspace's first pipeline, and a browser for each of the cast."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from kernel.access import system_actor
from kernel.context import Tenant
from kernel.records import create_record
from modules.sfa.models import Deal, Stage

SYSTEM = system_actor("test")


@pytest.fixture
def stages(tenant: Tenant) -> dict[str, Stage]:
    return {stage.key: stage for stage in Stage.objects.order_by("position")}


@pytest.fixture
def deal(stages: dict[str, Stage]) -> Callable[..., Deal]:
    """`deal("Pumps", stage="won", amount=100)`: a deal, made by nobody in particular."""

    def make(name: str, *, stage: str = "prospecting", amount: int | None = 1000, **values: Any) -> Deal:
        kept = {"stage": stages[stage], "amount": None if amount is None else Decimal(amount), "currency": "EUR"}
        made: Deal = create_record("deal", actor=SYSTEM, values={"name": name, **kept, **values})
        return made

    return make


@pytest.fixture
def account(tenant: Tenant) -> Callable[..., Any]:
    return lambda name, **values: create_record("account", actor=SYSTEM, values={"name": name, **values})


@pytest.fixture
def page(client_for: Any, tenant: Tenant) -> Callable[[Any], Client]:
    """`page(sara)`: her browser."""
    return lambda user: client_for(user, tenant)
