"""Workers: tasks, jobs and receivers run in the workspace they were made in, whatever ids they are given."""

import inspect
from typing import Any

import pytest
from django.db import transaction

from config.celery import app
from kernel import outbox
from kernel.context import Tenant, get_tenant, public_context, tenant_context
from kernel.events import publish, receive
from kernel.jobs import run_job, start_job
from kernel.registry import registry
from tenants import sql
from tenants.celery import HEADER, NoWorkspace, WorkspaceTask
from tenants.models import Organization
from tenants.pool import discard_schema, new_name
from tests.isolation.detectors import FOUND
from tests.isolation.inventory import listed
from tests.isolation.planting import MARK
from tests.isolation.walk import Secret, fingerprint, named_ids

tasks = pytest.mark.parametrize("name", sorted(listed("tasks")))


app.loader.import_default_modules()


class Spy:
    """Stands where a task's own work would be: notes who it would have been done as."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def __call__(self, *_args: Any, **_kwargs: Any) -> None:
        with transaction.atomic():
            path, role = sql.rows("SELECT current_schema(), current_user")[0]
        self.seen.append((path, role))


@pytest.fixture
def spy() -> Spy:
    return Spy()


def is_public(name: str) -> bool:
    task: Any = app.tasks[name]
    return bool(task.public)


@tasks
def test_every_task_is_one_of_ours(name: str) -> None:
    """Without the base, a task would run wherever the worker was last."""
    assert isinstance(app.tasks[name], WorkspaceTask)


@tasks
def test_every_task_runs_where_its_message_says_or_not_at_all(
    name: str, secret: Secret, tenant: Tenant, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_public(name):
        pytest.skip("Belongs to no workspace.")
    task = app.tasks[name]
    monkeypatch.setattr(task, "run", spy)
    for headers in (None, {}, {HEADER: ""}, {HEADER: "public"}, {HEADER: "t_" + "0" * 32}, {HEADER: "pg_catalog"}):
        result = task.apply(headers=headers)
        assert isinstance(result.result, NoWorkspace), headers
    assert spy.seen == []
    for there in (secret.tenant, tenant, secret.tenant):
        task.apply(headers={HEADER: there.schema}, throw=True)
        assert spy.seen.pop() == (there.schema, there.schema)


@tasks
def test_a_task_for_an_erased_workspace_fails(name: str, stage: Any, db: None) -> None:
    if is_public(name):
        pytest.skip("Belongs to no workspace.")
    with public_context(), transaction.atomic():
        gone = Organization.objects.create(name="Gone", subdomain="gone", schema_name=new_name(), state="erased")
        discard_schema(gone.schema_name)
    task = app.tasks[name]
    result = task.apply(kwargs=_foreign_arguments(task, {}), headers={HEADER: gone.schema_name})
    assert result.failed()


def _foreign_arguments(task: Any, ids: dict[str, Any]) -> dict[str, Any]:
    """Every argument is an id of the other workspace's; a word where a word is meant."""
    names = [p.name for p in inspect.signature(task.run).parameters.values()]
    return {name: "job" if name == "what" else str(ids.get("kernel.Job", "0")) for name in names}


@tasks
def test_foreign_ids_in_a_tasks_arguments_reach_nothing(name: str, secret: Secret, tenant: Tenant) -> None:
    if is_public(name):
        pytest.skip("Belongs to no workspace.")
    before, task = fingerprint(secret.tenant), app.tasks[name]
    task.apply(kwargs=_foreign_arguments(task, secret.ids), headers={HEADER: tenant.schema}, throw=True)
    assert fingerprint(secret.tenant) == before


@tasks
def test_public_tasks_read_no_workspace_of_the_senders(
    name: str, secret: Secret, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_public(name):
        pytest.skip("Belongs to a workspace.")
    monkeypatch.setattr(app.tasks[name], "run", spy)
    with tenant_context(secret.tenant):
        app.tasks[name].apply(headers={HEADER: secret.tenant.schema}, throw=True)
    assert [path for path, _role in spy.seen] == ["public"]
    assert not inspect.signature(app.tasks[name].run).parameters or spy.seen


@pytest.mark.parametrize("kind", sorted(listed("jobs")))
def test_jobs_that_name_a_neighbours_record_change_nothing(
    kind: str, secret: Secret, tenant: Tenant, actor_for: Any, sara: Any
) -> None:
    before = fingerprint(secret.tenant)
    with transaction.atomic():
        job = start_job(kind, actor=actor_for(sara), payload=named_ids(secret.ids))
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state != "waiting" or job.error, "the job was tried"
    assert MARK not in f"{job.error}{job.result}{job.state_data}".replace(str(named_ids(secret.ids)["q"]), "", 1)
    assert fingerprint(secret.tenant) == before


def test_receivers_hear_in_their_own_workspace(secret: Secret, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event that somebody hears, with a payload that names the other's records."""
    where: list[tuple[str, str, str]] = []

    def noting(path: str, event: Any) -> None:
        bound = get_tenant()
        where.append((path, bound.schema if bound else "", str(sql.one("SELECT current_user"))))
        receive(path, event)

    monkeypatch.setattr("kernel.outbox.receive", noting)
    before = fingerprint(secret.tenant)
    heard = sorted({event for module in registry.modules for event in module.hears})
    with transaction.atomic():
        for event in heard:
            publish(event, named_ids(secret.ids))
    outbox.relay()
    assert {f"{event} {path}" for event in heard for path, _s, _r in where if path in _paths(event)} == FOUND[
        "receivers"
    ]()
    assert {(schema, role) for _path, schema, role in where} == {(tenant.schema, tenant.schema)}
    assert fingerprint(secret.tenant) == before


def _paths(event: str) -> set[str]:
    return {module.hears[event] for module in registry.modules if event in module.hears}


def test_the_relay_of_one_leaves_the_others_messages(secret: Secret, tenant: Tenant) -> None:
    with tenant_context(secret.tenant), transaction.atomic():
        publish("machines.service_planned", {"planned": 1})
    before = fingerprint(secret.tenant)
    outbox.relay()
    assert fingerprint(secret.tenant) == before
