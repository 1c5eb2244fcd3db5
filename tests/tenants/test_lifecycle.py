"""The state machine: every move there is and every one there is not, what time does, and what a state means inside."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from kernel.access import system_actor
from kernel.context import Tenant, public_context, tenant_context
from kernel.ids import uuid7
from kernel.models import AuditEntry, Job, OutboxMessage
from tenants import lifecycle, tasks
from tenants.lifecycle import IllegalMove, due_moves, may_move, move, state_before_closing
from tenants.models import Organization, StateChange
from tenants.states import MEANINGS, REASONS, State

ACTOR = system_actor("test")


def put(tenant: Tenant, **values: Any) -> Organization:
    """The workspace's row with these values, past every rule."""
    with public_context():
        Organization.objects.filter(pk=tenant.id).update(**values)
        now: Organization = Organization.objects.get(pk=tenant.id)
        return now


def test_every_state_means_something_and_knows_its_moves() -> None:
    assert set(MEANINGS) == set(lifecycle.MOVES) == set(State)
    for old, moves in lifecycle.MOVES.items():
        assert old not in moves
        for reasons in moves.values():
            assert reasons
            assert reasons <= set(REASONS)
    for old, (to, reason) in lifecycle.TIMED.items():
        assert may_move(old, to, reason)


def test_there_is_a_way_back_from_everywhere_but_the_end() -> None:
    """Until it is erased, every organization can become active again; from every one, the end can be reached."""

    def reach(start: State) -> set[State]:
        seen, open_ = {start}, [start]
        while open_:
            new = set(lifecycle.MOVES[open_.pop()]) - seen
            seen |= new
            open_ += new
        return seen

    for state in State:
        assert State.ERASED in reach(state)
        assert (State.ACTIVE in reach(state)) is (state is not State.ERASED)


@pytest.mark.parametrize(("old", "to"), list(product(State, State)))
def test_only_the_table_s_moves_are_made(tenant: Tenant, old: State, to: State) -> None:
    allowed = lifecycle.MOVES[old].get(to, frozenset())
    for reason in REASONS:
        organization = put(tenant, state=old)
        if reason not in allowed:
            with pytest.raises(IllegalMove):
                move(organization, to, reason=reason, actor=ACTOR)
            assert put(tenant).state == old
        elif to != State.ERASED:  # tests/tenants/test_erasure.py
            assert move(organization, to, reason=reason, actor=ACTOR).state == to


def test_a_move_is_row_history_audit_and_event_together(tenant: Tenant) -> None:
    before = timezone.now()
    moved = move(put(tenant, state="active"), "past_due", reason="payment_failed", actor=ACTOR)
    assert (moved.state, moved.state_reason) == ("past_due", "payment_failed")
    assert moved.state_since >= before
    with public_context():
        change = StateChange.objects.get(organization=moved)
    assert (change.old, change.new, change.reason, change.actor_label) == (
        "active",
        "past_due",
        "payment_failed",
        "test",
    )
    assert AuditEntry.objects.filter(action="state_changed", entity="organization").count() == 1
    assert OutboxMessage.objects.get(name="tenants.state_changed").payload["new"] == "past_due"


def test_a_move_that_is_refused_leaves_nothing(tenant: Tenant) -> None:
    with pytest.raises(IllegalMove):
        move(put(tenant, state="trial"), "exported", reason="archive_made", actor=ACTOR)
    with public_context():
        assert not StateChange.objects.filter(organization__schema_name=tenant.schema).exists()
    assert not AuditEntry.objects.filter(action="state_changed").exists()


@pytest.mark.parametrize(
    ("reason", "days"), [("closed_by_admin", 30), ("grace_over", 60), ("closed_by_provider", None)]
)
def test_the_date_of_erasure_follows_from_the_reason(tenant: Tenant, reason: str, days: int | None) -> None:
    moved = move(put(tenant, state="read_only"), "suspended", reason=reason, actor=ACTOR)
    if days is None:
        assert moved.erase_after is None
        return
    assert moved.erase_after is not None
    assert abs(moved.erase_after - timezone.now() - timedelta(days=days)) < timedelta(minutes=1)
    exported = move(moved, "exported", reason="archive_made", actor=ACTOR)
    assert exported.erase_after == moved.erase_after
    assert move(exported, "active", reason="paid", actor=ACTOR).erase_after is None


def test_withdrawing_a_closing_gives_no_new_grace(tenant: Tenant) -> None:
    """Ten of fourteen days without paying are ten days still, after closing and keeping."""
    move(put(tenant, state="active"), "past_due", reason="payment_failed", actor=ACTOR)
    entered = timezone.now() - timedelta(days=10)
    with public_context():
        StateChange.objects.filter(organization__schema_name=tenant.schema).update(at=entered)
    closed = move(put(tenant), "suspended", reason="closed_by_admin", actor=ACTOR)
    assert state_before_closing(closed) == "past_due"
    kept = move(closed, "past_due", reason="closing_withdrawn", actor=ACTOR)
    assert kept.state_since == entered
    assert kept.erase_after is None


def test_who_was_suspended_for_not_paying_comes_back_active(tenant: Tenant) -> None:
    moved = move(put(tenant, state="read_only"), "suspended", reason="grace_over", actor=ACTOR)
    assert state_before_closing(moved) == "active"


DUE = [
    ("trial", {"trial_ends_on": -1}, ("read_only", "trial_ended")),
    ("trial", {"trial_ends_on": 0}, None),
    ("trial", {}, None),
    ("active", {"state_since": -1000}, None),
    ("past_due", {"state_since": -13}, None),
    ("past_due", {"state_since": -14}, ("read_only", "grace_over")),
    ("read_only", {"state_since": -29}, None),
    ("read_only", {"state_since": -30}, ("suspended", "grace_over")),
    ("suspended", {"state_since": -1000}, None),
]


@pytest.mark.parametrize(("state", "days", "expected"), DUE)
def test_time_moves_who_is_due_and_nobody_else(
    tenant: Tenant, state: str, days: dict[str, int], expected: tuple[str, str] | None, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    values: dict[str, Any] = {"trial_ends_on": None}
    for name, offset in days.items():
        at = now + timedelta(days=offset)
        values[name] = at.date() if name == "trial_ends_on" else at
    put(tenant, state=state, **values)
    with django_assert_num_queries(1):
        due = {str(one.pk): (to, reason) for one, to, reason in due_moves(now)}
    assert due.get(str(tenant.id)) == expected


def test_the_hourly_task_moves_each_and_one_that_fails_stops_no_other(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(days=1000)
    for one in (tenant, other_tenant):
        put(one, state="past_due", state_since=long_ago)
    real = lifecycle.move

    def fails_for_acme(organization: Organization, *args: Any, **kwargs: Any) -> Organization:
        if organization.pk == tenant.id:
            raise RuntimeError("planted")
        return real(organization, *args, **kwargs)

    monkeypatch.setattr(lifecycle, "move", fails_for_acme)
    assert tasks.lives() == 1
    assert (put(tenant).state, put(other_tenant).state) == ("past_due", "read_only")
    monkeypatch.undo()
    assert tasks.lives() == 1
    assert (put(tenant).state, put(other_tenant).state) == ("read_only", "read_only")
    assert tasks.lives() == 0


def test_the_final_archive_is_asked_for_until_it_is_there(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def make(organization: Organization) -> bool:
        asked.append(organization.subdomain)
        return len(asked) > 1

    monkeypatch.setattr(lifecycle, "_final_archive", None)
    put(tenant, state="suspended", erase_after=timezone.now() + timedelta(days=6))
    assert tasks.lives() == 0  # nobody makes archives
    lifecycle.set_final_archive(make)
    tasks.lives()
    assert put(tenant).state == "suspended"
    tasks.lives()
    assert put(tenant).state == "exported"
    assert asked == [tenant.host.partition(".")[0]] * 2


def test_running_jobs_are_taken_back_when_nothing_may_be_written(tenant: Tenant) -> None:
    job = Job.objects.create(id=uuid7(), kind="crm.import", state=Job.State.RUNNING, leased_until=timezone.now())
    move(put(tenant, state="past_due"), "read_only", reason="grace_over", actor=ACTOR)
    job.refresh_from_db()
    assert (job.state, job.leased_until) == (Job.State.WAITING, None)


def test_work_waits_where_it_must_and_is_found_again(tenant: Tenant) -> None:
    from tenants.selectors import schemas_with_work

    Job.objects.create(kind="crm.import")
    assert tenant.schema in schemas_with_work()
    for state in ("read_only", "suspended", "exported"):
        put(tenant, state=state)
        assert tenant.schema not in schemas_with_work()
    put(tenant, state="active")
    assert tenant.schema in schemas_with_work()


def test_a_job_of_a_read_only_workspace_is_kept_and_runs_later(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import jobs, outbox
    from kernel.events import publish
    from kernel.registry import registry

    job = Job.objects.create(kind="crm.import")
    publish("tenants.engine_enabled", {"engine": "sfa"})
    closed = put(tenant, state="read_only", state_reason="trial_ended").as_tenant()
    with tenant_context(closed):
        assert not jobs.run_job(job.pk)
        assert jobs.run_due() == 0
        assert outbox.relay() == 0
        monkeypatch.setattr(type(registry), "reading_jobs", lambda _self: frozenset({"crm.import"}))
        assert jobs.run_job(job.pk)
    with tenant_context(put(tenant, state="active").as_tenant()):
        assert outbox.relay() >= 1


def test_administrators_hear_of_it_by_letter_in_their_language(
    tenant: Tenant, sara: Any, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    type(sara).objects.filter(pk=sara.pk).update(language="fa")
    with django_capture_on_commit_callbacks(execute=True):
        closed = move(put(tenant, state="active"), "suspended", reason="closed_by_admin", actor=ACTOR)
    assert [letter.to for letter in mailoutbox] == [["sara@example.com"]]
    letter = mailoutbox[0]
    assert letter.subject == "فضای کار «Acme»: معلق"
    assert "مدیر سازمان این فضای کار را بسته است." in letter.body
    assert "پاک می‌شود" in letter.body
    assert "/settings/closing/" in letter.body
    with django_capture_on_commit_callbacks(execute=True):
        move(closed, "exported", reason="archive_made", actor=ACTOR)
    assert "بایگانی" in mailoutbox[1].body
    with django_capture_on_commit_callbacks(execute=True):
        move(put(tenant), "active", reason="closing_withdrawn", actor=ACTOR)
    assert len(mailoutbox) == 2
