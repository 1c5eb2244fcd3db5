"""Bodies that are read after the request: in their own workspace, whichever is bound by then."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from crm.models import ImportProblem
from kernel.context import Tenant, public_context, tenant_context
from kernel.registry import registry
from tenants import sql
from tests.isolation.planting import MARK
from tests.isolation.walk import Secret, leaks


def streams(secret: Secret) -> Iterator[str]:
    """Every address that answers with a stream or a file."""
    run = secret.id("crm.ImportRun")
    yield f"/import/{run}/errors.csv"
    yield f"/import/{run}/errors.xlsx"
    yield f"/api/v1/imports/{run}/errors/"
    yield f"/settings/data/archives/{secret.id('an archive')}/file/"
    yield f"/api/v1/workspace/archives/{secret.id('an archive')}/file/"
    yield f"/files/account/{secret.id('a record with a file')}/x_paper/"
    yield f"/api/v1/field-files/account/{secret.id('a record with a file')}/x_paper/"
    yield f"/files/{secret.id('crm.Attachment')}/"
    yield f"/api/v1/files/{secret.id('crm.Attachment')}/"
    yield f"/work/{secret.id('kernel.Job')}/file/"
    for entity in registry.entities:
        if entity.pages:
            yield f"/{entity.plural}/export/?format=csv"


@pytest.fixture
def problems(secret: Secret) -> None:
    """More than one page of what an import refused, so that reading goes back to the database."""
    with tenant_context(secret.tenant), transaction.atomic():
        rows = [ImportProblem(run_id=secret.id("crm.ImportRun"), row=n, value=f"{MARK}{n}") for n in range(1, 4500)]
        ImportProblem.objects.bulk_create(rows)


def test_every_stream_is_read_in_its_own_workspace(
    secret: Secret, tenant: Tenant, problems: None, olga: Any, client_for: Any, api_for: Any
) -> None:
    """Hers, read while another's workspace, or none, is bound."""
    pages, api = client_for(olga, secret.tenant), api_for(olga, secret.tenant)
    for path in streams(secret):
        for elsewhere in (tenant_context(tenant), public_context()):
            cache.clear()
            response = (api if path.startswith("/api/") else pages).get(path)
            assert response.status_code == 200, path
            with elsewhere:
                whole = b"".join(response.streaming_content)
                assert sql.one("SELECT current_schema()") != secret.tenant.schema, "the stream's binding ends with it"
            assert MARK.encode() in whole or path.endswith("xlsx"), path


def test_a_stream_that_is_not_read_to_its_end_leaves_nothing_bound(
    secret: Secret, tenant: Tenant, problems: None, olga: Any, client_for: Any
) -> None:
    response = client_for(olga, secret.tenant).get(f"/import/{secret.id('crm.ImportRun')}/errors.csv")
    assert next(iter(response.streaming_content))
    response._iterator.close()  # as a server does when the reader has gone
    with tenant_context(tenant):
        assert sql.rows("SELECT current_schema(), current_user") == [(tenant.schema, tenant.schema)]


def test_no_stream_of_the_others_opens_here(secret: Secret, tenant: Tenant, problems: None, neighbour: Any) -> None:
    for path in streams(secret):
        response = neighbour.ask("GET", path)
        assert not leaks(response), path
        assert "/export/" in path or response.status_code == 404, path
