"""Worlds made real for one example, and unmade after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from kernel.context import Tenant


@pytest.fixture
def unmade() -> Callable[[], Any]:
    """`with unmade():` what is written inside is gone after it."""

    @contextmanager
    def block() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block


@pytest.fixture
def here(tenant: Tenant) -> Tenant:
    return tenant
