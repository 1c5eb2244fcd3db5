"""What goes wrong in one workspace stays there; what a lock held up is done later; canaries save the rest."""

import threading
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection

from kernel.context import public_context
from tenants.models import Organization, ReleaseRun
from tenants.releases import Options, behind, is_prepared, release
from tests.factories.fleet import SIZE, Fleet, everybody, fresh, has_nickname, inside
from tests.factories.newer import newer

ALL, NONE = (True, True, True), (False, False, False)
NOW = Options(pool=0, pauses=())


def break_ship(subdomain: str) -> Organization:
    """As if somebody had added the column by hand."""
    one = fresh(subdomain)
    inside(one, "ALTER TABLE crm_contact ADD COLUMN nickname text")
    return one


def mark_canary(*subdomains: str) -> None:
    with public_context():
        Organization.objects.filter(subdomain__in=subdomains).update(is_canary=True)


def test_a_broken_workspace_is_quarantined_and_the_rest_goes_on(fleet: Fleet) -> None:
    broken = break_ship("ship02")
    with newer():
        report = release(NOW)
        assert report.done == SIZE - 1
        assert [one.subdomain for one, _error in report.failed] == ["ship02"]
        assert [one.subdomain for one in behind()] == ["ship02"]
        assert is_prepared()
    there = fresh("ship02")
    assert there.quarantined_at is not None
    assert 'column "nickname" of relation "crm_contact" already exists' in there.quarantine_error
    assert there.releases == broken.releases
    assert has_nickname(there) == (True, False, False)
    assert all(has_nickname(one) == ALL for one in everybody() if one.subdomain != "ship02")
    assert not any(one.quarantined_at for one in everybody() if one.subdomain != "ship02")


def test_a_mended_workspace_is_released_by_name_and_open_again(fleet: Fleet) -> None:
    broken = break_ship("ship02")
    break_ship("ship03")
    with newer():
        release(NOW)
        inside(broken, "ALTER TABLE crm_contact DROP COLUMN nickname")
        report = release(Options(tenants=("ship02",), pauses=()))
        assert (report.total, report.done) == (1, 1)
        assert has_nickname(fresh("ship02")) == ALL
        assert (fresh("ship02").quarantined_at, fresh("ship02").quarantine_error) == (None, "")
        assert fresh("ship03").quarantined_at is not None  # nobody asked for it


def test_a_later_release_tries_the_quarantined_again(fleet: Fleet) -> None:
    broken = break_ship("ship02")
    with newer():
        release(NOW)
        inside(broken, "ALTER TABLE crm_contact DROP COLUMN nickname")
        assert release(NOW).done == 1
        assert behind() == []


def test_who_cannot_even_be_read_is_quarantined_too(fleet: Fleet) -> None:
    inside(fresh("ship06"), "DROP TABLE django_migrations")
    with newer():
        report = release(NOW)
    assert report.done == SIZE - 1
    assert "django_migrations" in fresh("ship06").quarantine_error


def test_what_others_lock_is_done_once_they_let_go(fleet: Fleet) -> None:
    """The lock goes when the release says that it waits: no clock decides here."""
    locked = fresh("ship04")
    with newer(), fleet.beside() as cursor:
        cursor.execute(f'LOCK TABLE "{locked.schema_name}".crm_contact IN ACCESS SHARE MODE')
        told: list[str] = []

        def say(line: str) -> None:
            told.append(line)
            if "locked by others" in line:
                assert all(has_nickname(one) == ALL for one in everybody() if one.subdomain != "ship04")
                assert has_nickname(locked) == NONE
                cursor.connection.rollback()

        report = release(Options(pool=0, wait=50, pauses=(0, 0), say=say))
    assert any("1 are locked by others" in line for line in told)
    assert (report.done, report.busy, report.failed) == (SIZE, [], [])
    assert has_nickname(locked) == ALL


def test_who_stays_locked_stays_behind_and_is_not_quarantined(fleet: Fleet) -> None:
    locked = fresh("ship04")
    with newer():
        with fleet.beside() as cursor:
            cursor.execute(f'LOCK TABLE "{locked.schema_name}".crm_contact IN ACCESS SHARE MODE')
            report = release(Options(pool=0, wait=50, pauses=(0,)))
            assert [one.subdomain for one, _error in report.busy] == ["ship04"]
            assert "lock timeout" in report.busy[0][1]
            assert report.done == SIZE - 1
        assert fresh("ship04").quarantined_at is None
        assert release(NOW).done == 1


def test_a_row_that_changes_after_the_plan_is_planned_anew(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sales is purged at ship01 between the plan and its transaction."""
    from tenants.releases import plans, run

    honest = plans.make_plan
    changed: list[str] = []

    def make_plan(applied: Any, parts: tuple[str, ...]) -> Any:
        plan = honest(applied, parts)
        if "sfa" in parts and not changed:
            with public_context():
                one = fresh("ship01")
                one.releases = {"core": one.releases["core"]}
                one.save()
                changed.append(one.subdomain)
        return plan

    monkeypatch.setattr(run, "make_plan", make_plan)
    with newer():
        report = release(Options(pool=0, pauses=(0,)))
        assert changed
        assert (report.done, report.failed, report.busy) == (SIZE, [], [])
        assert set(fresh("ship01").releases) == {"core"}
        assert has_nickname(fresh("ship01")) == ALL


def test_a_failing_canary_stops_before_anybody_else_is_touched(fleet: Fleet) -> None:
    mark_canary("ship02", "ship05")
    break_ship("ship05")
    with newer():
        report = release(NOW)
        assert report.stopped.startswith("Canary ship05 failed")
        touched = [one.subdomain for one in everybody() if has_nickname(one) == ALL]
        assert set(touched) <= {"ship02"}
        assert not is_prepared()
        assert fresh("ship05").quarantined_at is None  # the old code serves on, and its people with it
        run = ReleaseRun.objects.get()
        assert (run.failed, run.stopped) == (1, report.stopped)
        assert run.finished_at is not None
        assert release(Options(pool=0, pauses=(), go_on=True)).done >= SIZE - 2
        assert fresh("ship05").quarantined_at is not None


def test_canaries_alone(fleet: Fleet) -> None:
    mark_canary("ship02", "ship05")
    with newer():
        assert release(Options(only_canaries=True, pauses=())).done == 2
        assert {one.subdomain for one in everybody() if has_nickname(one) == ALL} == {"ship02", "ship05"}
        assert not is_prepared()


def test_without_marks_the_three_newest_on_trial_go_first(fleet: Fleet) -> None:
    newest = everybody()[-4:]
    newest[-1].state = newest[-1].State.ACTIVE
    newest[-1].save()
    with newer():
        release(Options(only_canaries=True, pauses=()))
        assert {one.subdomain for one in everybody() if has_nickname(one) == ALL} == {
            one.subdomain for one in newest[:3]
        }


def test_what_breaks_in_many_stops_the_run(fleet: Fleet) -> None:
    """Twelve of fourteen: that is the release, not they."""
    for one in everybody()[:12]:
        break_ship(one.subdomain)
    mark_canary("ship12")
    with newer():
        report = release(Options(pool=0, pauses=(), batch=5))
        assert "workspaces failed" in report.stopped
        assert not is_prepared()


def test_a_second_release_waits_for_the_first(fleet: Fleet) -> None:
    from tenants.releases import foundation

    reports: list[Any] = []

    def second() -> None:
        reports.append(release(NOW))
        connection.close()

    with newer(), fleet.beside() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [foundation._LOCK])
        thread = threading.Thread(target=second)
        thread.start()
        while not _someone_waits(cursor):
            assert thread.is_alive()
        assert has_nickname(fresh("ship00")) == NONE
        cursor.execute("SELECT pg_advisory_unlock(%s)", [foundation._LOCK])
        thread.join()
    assert [one.done for one in reports] == [SIZE]


def _someone_waits(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
                   " (SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
    return bool(cursor.fetchone()[0])


def test_a_server_that_goes_away_quarantines_nobody(fleet: Fleet) -> None:
    told: list[str] = []

    def say(line: str) -> None:
        if line.startswith("3 of") and line not in told:
            told.append(line)
            with fleet.beside() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    with newer():
        with pytest.raises((OperationalError, InterfaceError)):
            release(Options(pool=0, pauses=(), say=say))
        assert told
        assert not any(one.quarantined_at for one in everybody())
        assert "terminat" in ReleaseRun.objects.get().stopped
        assert release(NOW).done == SIZE - 3
