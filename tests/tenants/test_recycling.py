"""A connection that has seen many workspaces is exchanged for a fresh one, between requests only."""

from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from kernel.context import Tenant, public_context, tenant_context
from tenants import sql
from tests.factories import make_workspace


@pytest.fixture
def tenants(stage: Any, transactional_db: None, settings: Any) -> list[Tenant]:
    settings.CONNECTION_WORKSPACES = 2
    made = [make_workspace(engines=())[0].as_tenant() for _n in range(3)]
    connection.close()
    return made


def visit(*tenants: Tenant) -> int:
    """Look into these workspaces; who answered."""
    for tenant in tenants:
        with tenant_context(tenant), transaction.atomic():
            sql.one("SELECT count(*) FROM identity_user")
    with public_context():
        return int(sql.one("SELECT pg_backend_pid()"))


def test_after_enough_workspaces_the_next_request_gets_a_fresh_backend(tenants: list[Tenant]) -> None:
    first = visit(*tenants)
    assert visit(tenants[0]) == first
    close_old_connections()
    assert visit(tenants[0]) != first


def test_the_same_few_workspaces_keep_their_connection(tenants: list[Tenant]) -> None:
    first = visit(*tenants[:2])
    for _request in range(5):
        close_old_connections()
        assert visit(*tenants[:2]) == first


def test_a_fresh_connection_starts_counting_anew(tenants: list[Tenant]) -> None:
    visit(*tenants)
    close_old_connections()
    fresh = visit(tenants[0])
    close_old_connections()
    assert visit(tenants[1]) == fresh


def test_connections_have_an_end(tenants: list[Tenant], settings: Any) -> None:
    assert connection.settings_dict["CONN_MAX_AGE"] == settings.CONNECTION_SECONDS > 0
