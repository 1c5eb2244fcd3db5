"""Customers made by nobody in particular, actors of the cast, and browsers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from identity.actors import actor_for
from kernel.access import Actor, system_actor
from kernel.context import Tenant
from kernel.records import create_record

SYSTEM = system_actor("test")


@pytest.fixture
def account(tenant: Tenant) -> Callable[..., Any]:
    return lambda name, **values: create_record("account", actor=SYSTEM, values={"name": name, **values})


@pytest.fixture
def contact(tenant: Tenant) -> Callable[..., Any]:
    return lambda name, **values: create_record("contact", actor=SYSTEM, values={"name": name, **values})


@pytest.fixture
def acting(tenant: Tenant) -> Callable[[Any], Actor]:
    """`acting(nima)`: him, as services see him."""
    return lambda user: actor_for(user, tenant)


@pytest.fixture
def page(client_for: Any, tenant: Tenant) -> Callable[[Any], Client]:
    """`page(sara)`: her browser."""
    return lambda user: client_for(user, tenant)
