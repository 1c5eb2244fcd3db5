"""A real Celery worker over the filesystem broker: many workspaces' messages at once, each in its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import chain, group
from django.db import transaction

from config.celery import app
from identity.models import Team
from infra.dev.pgserver import wait_until
from kernel.context import Tenant, public_context, tenant_context
from tenants.celery import HEADER, NoWorkspace
from tenants.models import Organization
from tests.factories import make_workspace
from tests.factories.workers import FILES, PATIENCE, Worker, running_worker
from tests.tenants import work

POOLS = {"prefork": ("--pool", "prefork", "--concurrency", "2"), "threads": ("--pool", "threads", "--concurrency", "4")}


@pytest.fixture
def tenants(stage: Any, transactional_db: None) -> list[Tenant]:
    return [make_workspace(engines=())[0].as_tenant() for _n in range(4)]


@pytest.fixture(scope="module", params=list(POOLS))
def worker(request: pytest.FixtureRequest, stage: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    var = tmp_path_factory.mktemp("worker")
    with running_worker(var, FILES, POOLS[request.param], "tests.tenants.work") as running:
        yield running


def labels(tenant: Tenant) -> set[str]:
    """What ran here, checked that it knew it was here."""
    with tenant_context(tenant), transaction.atomic():
        rows = set(Team.objects.values_list("name", "region"))
    assert {region for _name, region in rows} <= {tenant.schema}
    return {name for name, _region in rows}


def test_everything_that_is_sent_runs_where_it_was_sent_from(worker: Worker, tenants: list[Tenant]) -> None:
    """Many at once, and each way that Celery has of sending something later or after something else."""
    wanted: dict[str, set[str]] = {}
    with worker.reached():
        for number in range(10):
            for tenant in tenants:
                with tenant_context(tenant):
                    work.note.apply_async((f"{tenant.schema} {number}",))
        for tenant in tenants:
            with tenant_context(tenant):
                wanted[tenant.schema] = {f"{tenant.schema} {number}" for number in range(10)}
                wanted[tenant.schema] |= _send_in_other_ways(tenant.schema)
    wait_until(lambda: all(labels(tenant) >= wanted[tenant.schema] for tenant in tenants), PATIENCE)
    for tenant in tenants:
        assert labels(tenant) == wanted[tenant.schema]


def _send_in_other_ways(schema: str) -> set[str]:
    note, stumble, fall = work.note, work.stumble, work.fall
    chain(note.si(f"{schema} chain 1"), note.si(f"{schema} chain 2"), note.si(f"{schema} chain 3")).apply_async()
    group(note.si(f"{schema} group {n}") for n in range(2)).apply_async()
    note.apply_async((f"{schema} later",), countdown=1)
    stumble.apply_async((f"{schema} again",))
    note.apply_async((f"{schema} linked",), link=note.si(f"{schema} link"))
    fall.apply_async(link_error=note.si(f"{schema} error"))
    work.send_more.apply_async((f"{schema} more",))
    ways = ("chain 1", "chain 2", "chain 3", "group 0", "group 1", "later", "again", "linked", "link", "error", "more")
    return {f"{schema} {way}" for way in ways}


def test_messages_without_a_workspace_fail_and_are_logged(worker: Worker, tenants: list[Tenant]) -> None:
    gone, erased, here = "t_" + "0" * 32, tenants[0], tenants[1]
    with public_context():
        Organization.objects.filter(pk=erased.id).update(state=Organization.State.ERASED)
    with worker.reached():
        app.send_task("tests.note", ("nobody's",))
        app.send_task("tests.note", ("gone",), headers={HEADER: gone})
        app.send_task("tests.note", ("erased",), headers={HEADER: erased.schema})
        with tenant_context(here):
            work.note.apply_async(("after",))
    assert wait_until(lambda: labels(here) == {"after"}, PATIENCE), worker.log.read_text()[-3000:]
    assert worker.said("tests.note arrived without a workspace")
    assert worker.said(f"There is no workspace {gone!r}")
    assert worker.said(f"There is no workspace {erased.schema!r}")
    assert labels(erased) == set()
    with public_context():
        assert not Team.objects.exists()


@pytest.fixture
def eager(tenants: list[Tenant]) -> Iterator[list[Tenant]]:
    app.conf.task_always_eager = True
    yield tenants
    app.conf.task_always_eager = False


def test_eager_calls_run_where_they_are_made(eager: list[Tenant]) -> None:
    """As the suite and scripts call them: in this process, in the caller's thread."""
    for tenant in eager:
        with tenant_context(tenant):
            work.note.delay("delayed")
            chain(work.note.si("one"), work.note.si("two")).apply_async()
            group([work.note.si("three"), work.note.si("four")]).apply_async()
            work.stumble.delay("again")
            work.note("called")
    for tenant in eager:
        assert labels(tenant) == {"delayed", "one", "two", "three", "four", "again", "called"}
    with pytest.raises(NoWorkspace):
        work.note.delay("nobody's")
    with pytest.raises(NoWorkspace):
        work.note("nobody's")


def test_a_signature_is_sent_only_from_where_it_was_made(eager: list[Tenant]) -> None:
    with tenant_context(eager[0]):
        made = work.note.si("whose?")
    with tenant_context(eager[1]), pytest.raises(NoWorkspace, match="was made in"):
        made.apply_async()
    made.apply_async()
    assert labels(eager[0]) == {"whose?"}
    assert labels(eager[1]) == set()
