"""Messages carry their workspace; one without it does not run."""

from dataclasses import replace

import pytest
from celery import shared_task
from django.db import transaction

from identity.models import User
from kernel.context import Tenant, get_tenant, public_context, tenant_context
from kernel.events import publish
from kernel.models import Job, OutboxMessage
from kernel.wake import note_work
from tenants import sql, tasks
from tenants.celery import HEADER, NoWorkspace, WorkspaceTask
from tenants.selectors import health_of_every_schema, schemas_with_work

seen: list[str] = []


@shared_task(base=WorkspaceTask, name="tests.look_around")
def look_around() -> None:
    with transaction.atomic():
        seen.append(",".join(sorted(User.objects.values_list("name", flat=True))))


@shared_task(base=WorkspaceTask, name="tests.look_outside", public=True)
def look_outside() -> None:
    tenant = get_tenant()
    assert tenant is not None
    seen.append(tenant.schema)


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def test_a_task_runs_where_it_was_sent_from(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant):
        headers = {HEADER: other_tenant.schema}
    look_around.apply(headers=headers)
    assert seen == ["Olga Petrova"]


def test_sending_writes_the_workspace_into_the_headers(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, object] = {}
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda _self, _args=None, _kwargs=None, **options: sent.update(options)
    )
    look_around.delay()
    assert sent["headers"] == {HEADER: tenant.schema}


def test_a_message_without_a_workspace_fails_instead_of_running_in_public(tenant: Tenant) -> None:
    result = look_around.apply()
    assert isinstance(result.result, NoWorkspace)
    assert seen == []


def test_a_message_for_a_workspace_that_is_gone_fails(tenant: Tenant) -> None:
    result = look_around.apply(headers={HEADER: "t_" + "0" * 32})
    assert isinstance(result.result, NoWorkspace)


def test_sending_outside_a_workspace_is_refused_at_once(public: None) -> None:
    with pytest.raises(NoWorkspace, match="tenant_context"):
        look_around.delay()


def test_a_public_task_never_sees_the_senders_workspace(tenant: Tenant) -> None:
    look_outside.apply()
    assert seen == ["public"]


def test_the_sweep_finds_only_workspaces_with_something_due(tenant: Tenant, other_tenant: Tenant) -> None:
    with public_context():
        assert tenant.schema not in schemas_with_work()
    OutboxMessage.objects.all().update(state=OutboxMessage.State.DONE)
    publish("crm.account_created", {})
    assert tenant.schema in schemas_with_work()
    assert other_tenant.schema not in schemas_with_work()


def test_a_broken_workspace_stops_no_sweep(
    tenant: Tenant, other_tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    publish("crm.account_created", {})
    with tenant_context(replace(other_tenant, operator=True)):
        note_work()
        sql.run("ALTER TABLE kernel_outbox RENAME TO lost")
    assert tenant.schema in schemas_with_work()
    assert other_tenant.schema not in health_of_every_schema()
    assert tenant.schema in health_of_every_schema()
    assert f"Nothing can be read in {other_tenant.schema}" in caplog.text


def test_catching_up_empties_the_outbox(live_tenant: Tenant) -> None:
    with transaction.atomic():
        OutboxMessage.objects.create(name="crm.account_created")
    tasks.catch_up.apply(headers={HEADER: live_tenant.schema})
    with transaction.atomic():
        assert not OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING).exists()


def test_health_counts_dead_letters_by_workspace(tenant: Tenant) -> None:
    OutboxMessage.objects.create(name="crm.account_created", state=OutboxMessage.State.DEAD)
    Job.objects.create(kind="crm.import", state=Job.State.FAILED)
    found = health_of_every_schema()[tenant.schema]
    assert (found["dead"], found["failed"]) == (1, 1)


def test_a_waker_without_a_broker_loses_only_a_hint(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from kombu.exceptions import OperationalError

    def away(*_args: object, **_options: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("celery.app.task.Task.apply_async", away)
    tasks.send_wake("outbox", tenant.schema, "")
