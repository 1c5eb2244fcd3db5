"""Nothing that happened is lost, and long work survives its worker."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kernel import jobs
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.events import Event, publish
from kernel.jobs import JobRun, cancel_job, run_due, run_job, start_job
from kernel.models import Job, OutboxMessage
from kernel.outbox import ATTEMPTS, relay, revive

pytestmark = pytest.mark.django_db
heard: list[Event] = []
trouble: list[str] = []


def hear(event: Event) -> None:
    if trouble:
        raise ValueError(trouble.pop())
    heard.append(event)


@pytest.fixture(autouse=True)
def _listen(monkeypatch: pytest.MonkeyPatch, tenant: Any) -> Iterator[None]:
    heard.clear()
    OutboxMessage.objects.all().delete()  # what making the workspace told
    monkeypatch.setattr("kernel.outbox.receivers_of", lambda name: [("crm", f"{__name__}.hear")])
    yield
    heard.clear()


def due_now() -> None:
    OutboxMessage.objects.update(next_at=timezone.now() - timedelta(seconds=1), leased_until=None)


def test_an_event_is_delivered_once(tenant: Any) -> None:
    publish("crm.account_created", {"id": "1"})
    due_now()
    assert relay() == 1
    assert relay() == 0
    assert [event.payload for event in heard] == [{"id": "1"}]


def test_a_failing_receiver_is_tried_again_then_kept_as_dead_and_revived(tenant: Any) -> None:
    trouble.extend(["not now"] * ATTEMPTS)
    publish("crm.account_created", {"id": "1"})
    for _ in range(ATTEMPTS):
        due_now()
        relay()
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == ("dead", ATTEMPTS)
    assert "not now" in message.last_error
    revive(message.pk)
    due_now()
    relay()
    assert len(heard) == 1


def test_a_leased_message_is_left_alone_until_the_lease_ends(tenant: Any) -> None:
    publish("crm.account_created", {"id": "1"})
    due_now()
    OutboxMessage.objects.update(leased_until=timezone.now() + timedelta(minutes=1))
    assert relay() == 0
    OutboxMessage.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert relay() == 1


steps: list[int] = []


def work(run: JobRun) -> None:
    for number in range(run.data.get("next", 0), 3):
        with run.step():
            steps.append(number)
            run.progress(number + 1, 3, next=number + 1)
        if run.payload.get("die_after") == number and run.job.attempts == 1:
            raise SystemExit  # what a killed worker looks like from inside


@pytest.fixture
def _work(monkeypatch: pytest.MonkeyPatch) -> None:
    steps.clear()
    monkeypatch.setattr(jobs, "_handlers", lambda: {"test.work": ("crm", f"{__name__}.work")})


@pytest.mark.usefixtures("_work")
def test_a_job_runs_to_its_end(manager: Actor) -> None:
    job = start_job("test.work", actor=manager, payload={})
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, steps) == ("done", 3, 3, [0, 1, 2])
    assert not run_job(job.pk)


@pytest.mark.usefixtures("_work")
def test_a_job_whose_worker_died_goes_on_where_it_stopped(manager: Actor) -> None:
    job = start_job("test.work", actor=manager, payload={"die_after": 1})
    with pytest.raises(SystemExit):
        run_job(job.pk)
    assert not run_due()  # the lease of the dead worker still holds
    Job.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert run_due() == 1
    job.refresh_from_db()
    assert (job.state, steps) == ("done", [0, 1, 2])


@pytest.mark.usefixtures("_work")
def test_only_its_maker_or_an_admin_stops_a_job(manager: Actor, reader: Actor, admin: Actor) -> None:
    job = start_job("test.work", actor=manager, payload={})
    with pytest.raises(NotFound):
        cancel_job(job.pk, actor=reader)
    assert cancel_job(job.pk, actor=admin).state == "cancelled"
    assert not run_job(job.pk)


def overtaken(run: JobRun) -> None:
    """Slower than its lease: another worker takes the job, and only then something goes wrong here."""
    Job.objects.filter(pk=run.job.pk).update(attempts=run.job.attempts + 1)
    raise RuntimeError("too late to matter")


def test_who_lost_the_job_does_not_say_how_it_ended(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", lambda: {"test.late": ("crm", f"{__name__}.overtaken")})
    job = start_job("test.late", actor=manager, payload={})
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("running", "", 2)
    assert job.leased_until is not None
