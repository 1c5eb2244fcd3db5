"""The cast as actors, in the bound workspace."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.access import Actor
from kernel.context import Tenant


@pytest.fixture
def admin(tenant: Tenant, actor_for: Callable[..., Actor], sara: Any) -> Actor:
    return actor_for(sara)


@pytest.fixture
def manager(tenant: Tenant, actor_for: Callable[..., Actor], mina: Any) -> Actor:
    return actor_for(mina)


@pytest.fixture
def member(tenant: Tenant, actor_for: Callable[..., Actor], nima: Any) -> Actor:
    return actor_for(nima)


@pytest.fixture
def reader(tenant: Tenant, actor_for: Callable[..., Actor], reza: Any) -> Actor:
    return actor_for(reza)
