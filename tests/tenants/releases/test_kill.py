"""A release killed in the middle of anything, and run once more: everybody current, nobody half, nothing twice."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tenants.models import ReleaseRun
from tests.factories.fleet import ROOT, SIZE, Fleet, build_ship, everybody, has_nickname

MORE = 16
DONE = """SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE c.relname = 'crm_contact' AND a.attname = 'nickname' AND c.relnamespace::regnamespace::text ~ '^t_'"""
WAITING = """SELECT count(*) FROM pg_locks WHERE NOT granted AND database =
             (SELECT oid FROM pg_database WHERE datname = current_database())"""


def start(fleet: Fleet, *options: str) -> "subprocess.Popen[bytes]":
    code = "import django, sys; django.setup(); from tests.factories.newer import manage; manage(*sys.argv[1:])"
    command = ["release", "--pool", "0", "--verbosity", "0", *options]
    return subprocess.Popen(
        [sys.executable, "-c", code, *command], cwd=ROOT, env=fleet.environment, stderr=subprocess.PIPE
    )


def kill_when(process: "subprocess.Popen[bytes]", condition: Callable[[], bool]) -> None:
    while not condition():
        assert process.poll() is None, (process.communicate()[1] or b"").decode()[-2000:]
    process.send_signal(signal.SIGKILL)
    process.communicate()


def count(cursor: Any, query: str, *params: Any) -> int:
    cursor.execute(query, params or None)
    return int(cursor.fetchone()[0])


def finish(fleet: Fleet, *options: str) -> None:
    process = start(fleet, *options)
    assert process.communicate()[1] == b""
    assert process.returncode == 0


def assert_everybody_is_current() -> None:
    ships = everybody()
    assert [has_nickname(one) for one in ships] == [(True, True, True)] * len(ships)
    assert len({one.releases["core"] for one in ships}) == 1
    assert not any(one.quarantined_at for one in ships)


@pytest.mark.parametrize("batch", ["1", "7"])
def test_killed_again_and_again_it_ends_all_the_same(fleet: Fleet, batch: str) -> None:
    """Each time after a few more workspaces, wherever the process happens to be then."""
    for number in range(SIZE, SIZE + MORE):
        build_ship(number)
    chance = random.Random(f"release {batch}")
    done = 0
    with fleet.beside() as cursor:
        cursor.connection.autocommit = True
        for _kill in range(3):
            if done >= SIZE + MORE - 2:
                break
            target = chance.randint(done + 1, min(done + 9, SIZE + MORE - 1))
            kill_when(start(fleet, "--batch", batch), lambda: count(cursor, DONE) >= target)  # noqa: B023 — used at once
            done = count(cursor, DONE)
    finish(fleet)
    assert_everybody_is_current()
    runs = list(ReleaseRun.objects.order_by("started_at"))
    # The last kill may have come after the last workspace: then nothing was left to make a run of.
    killed, ended = (runs, []) if done == SIZE + MORE else (runs[:-1], runs[-1:])
    assert len(killed) >= 2
    assert all(run.finished_at is None for run in killed)
    assert all(run.finished_at is not None for run in ended)


def test_killed_inside_a_transaction_that_waits(fleet: Fleet) -> None:
    """A lock of ours holds it in the middle of one workspace: that one is whole before or after, never half."""
    locked = everybody()[5]
    with fleet.beside() as cursor:
        cursor.execute(f'LOCK TABLE "{locked.schema_name}".crm_contact IN ACCESS SHARE MODE')
        kill_when(start(fleet, "--wait", "60000"), lambda: count(cursor, WAITING) > 0)
        assert has_nickname(locked) == (False, False, False)
        cursor.connection.rollback()
        # The server works on for a process that is gone, until it notices.
        cursor.connection.autocommit = True
        while count(cursor, WAITING):
            pass
    finish(fleet)
    assert_everybody_is_current()


def test_killed_before_the_first_workspace(fleet: Fleet) -> None:
    """While the templates are built: there is no mark yet, and the next run makes them."""
    first = everybody()[-1]
    with fleet.beside() as cursor:
        cursor.execute("LOCK TABLE public.tenants_schematemplate IN ACCESS EXCLUSIVE MODE")
        kill_when(start(fleet), lambda: count(cursor, WAITING) > 0)
        cursor.connection.rollback()
    assert has_nickname(first) == (False, False, False)
    finish(fleet, "--parallel", "2")
    assert_everybody_is_current()
