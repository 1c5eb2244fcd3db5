"""The sweep looks where somebody left a note, loses none of them, and comes round to everybody all the same."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel import outbox, sealing
from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.events import publish
from kernel.jobs import start_job
from kernel.models import OutboxMessage
from tenants import sql, waiting
from tenants.models import Organization
from tenants.selectors import schemas_with_work

_WAITING, _DONE = OutboxMessage.State.WAITING, OutboxMessage.State.DONE


@pytest.fixture(autouse=True)
def _nobodys_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "turn_of", list)


def notes(tenant: Tenant) -> int:
    return len(waiting.noted().get(tenant.schema, ()))


def finish(tenant: Tenant) -> None:
    """What a worker does with the events and the audit there; jobs are left."""
    with tenant_context(tenant), transaction.atomic():
        OutboxMessage.objects.filter(state=_WAITING).update(state=_DONE)
        sealing.seal_lines()


def test_many_events_of_one_transaction_leave_one_note_and_one_that_is_rolled_back_none(live_tenant: Tenant) -> None:
    finish(live_tenant)
    schemas_with_work()
    assert notes(live_tenant) == 0
    with transaction.atomic():
        publish("crm.account_created", {})
        publish("crm.account_created", {})
    assert notes(live_tenant) == 1
    with transaction.atomic():
        publish("crm.account_created", {})
        transaction.set_rollback(True)
    assert notes(live_tenant) == 1


def test_what_follows_a_savepoint_that_was_rolled_back_is_noted(live_tenant: Tenant) -> None:
    finish(live_tenant)
    schemas_with_work()
    with transaction.atomic():
        with transaction.atomic():
            publish("crm.account_created", {})
            transaction.set_rollback(True)
        publish("crm.account_created", {})
    assert live_tenant.schema in schemas_with_work()


def test_a_note_stays_while_something_is_left_and_goes_when_nothing_is(live_tenant: Tenant) -> None:
    with transaction.atomic():
        publish("crm.account_created", {})
    assert live_tenant.schema in schemas_with_work()
    assert notes(live_tenant)
    later = timezone.now() + timedelta(minutes=5)
    with transaction.atomic():
        OutboxMessage.objects.filter(state=_WAITING).update(next_at=later)
    assert live_tenant.schema not in schemas_with_work()
    assert notes(live_tenant), "waits for its next try"
    finish(live_tenant)
    assert live_tenant.schema not in schemas_with_work()
    assert not notes(live_tenant)


def test_a_job_and_a_revived_letter_leave_notes(live_tenant: Tenant) -> None:
    finish(live_tenant)
    schemas_with_work()
    with transaction.atomic():
        dead = OutboxMessage.objects.create(name="crm.account_created", state=OutboxMessage.State.DEAD)
    outbox.revive(dead.pk)
    assert live_tenant.schema in schemas_with_work()
    finish(live_tenant)
    schemas_with_work()
    with transaction.atomic():
        start_job("crm.import", actor=system_actor("test"), payload={})
    assert live_tenant.schema in schemas_with_work()


def test_a_note_that_comes_while_the_sweep_looks_stays(live_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written after the workspace was found idle and before its notes go: the very moment where one could be lost."""
    finish(live_tenant)
    with transaction.atomic():
        waiting.note()
    settle = waiting.settle

    def between() -> None:
        with tenant_context(live_tenant), transaction.atomic():
            publish("crm.account_created", {})
        connection.close()

    def settle_late(*args: object, **named: object) -> None:
        writer = threading.Thread(target=between)
        writer.start()
        writer.join()
        settle(*args, **named)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(waiting, "settle", settle_late)
    assert live_tenant.schema not in schemas_with_work()
    monkeypatch.setattr(waiting, "settle", settle)
    assert live_tenant.schema in schemas_with_work()


def test_the_sweep_looks_into_no_workspace_without_a_note(live_tenant: Tenant) -> None:
    finish(live_tenant)
    schemas_with_work()
    with public_context(), transaction.atomic(), CaptureQueriesContext(connection) as seen:
        schemas_with_work()
    assert len(seen) > 0
    assert not any(live_tenant.schema in query["sql"] for query in seen)


def test_notes_of_schemas_that_are_nobodys_go(stage: object, transactional_db: None) -> None:
    nobody = "t_" + "0" * 32
    with public_context(), transaction.atomic():
        sql.run("SELECT ext.note_work(%s)", [nobody])
    assert nobody in waiting.noted()
    schemas_with_work()
    assert nobody not in waiting.noted()


def test_within_an_hour_every_workspace_has_its_turn(
    stage: object, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with public_context():
        everybody = set(Organization.objects.values_list("schema_name", flat=True))
    turns = [waiting.turn_of(now) for now in range(0, 3600, 20)]
    assert {schema for turn in turns for schema in turn} == everybody
    assert sum(map(len, turns)) == len(everybody)


def test_a_workspace_notes_itself_and_nobody_else(tenant: Tenant, other_tenant: Tenant) -> None:
    before = notes(other_tenant)
    with transaction.atomic():
        sql.run("SELECT ext.note_work(%s)", [other_tenant.schema])
    assert notes(other_tenant) == before
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        sql.run("INSERT INTO public.tenants_worknote (schema_name) VALUES (%s)", [tenant.schema])
