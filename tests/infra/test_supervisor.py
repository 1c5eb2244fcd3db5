import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.dev import leftovers
from infra.dev.console import Console
from infra.dev.leftovers import Leftovers
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.processes import Spec
from infra.dev.supervisor import Supervisor, pause_after

SLEEP = "import time; time.sleep(600)"
# A parent that ignores SIGTERM and has a child of its own: the worst that a service can do.
STUBBORN = (
    "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print('child', child.pid, flush=True); child.wait()"
)


def spec(name: str, code: str, patience: float = 0.3) -> Spec:
    return Spec(name, [sys.executable, "-c", code], dict(os.environ), ROOT, patience=patience)


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, told: io.StringIO) -> Iterator[Supervisor]:
    made = Supervisor(Console(told), tmp_path / "log", Leftovers(tmp_path / "processes.json"))
    yield made
    made.stop_all()


def lives(pid: int) -> bool:
    return bool(leftovers.birth(pid)) and not is_zombie(pid)


def is_zombie(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def in_time(happened: Callable[[], bool]) -> bool:
    return wait_until(happened, 15)


def test_stopping_ends_everything_even_a_stubborn_group(supervisor: Supervisor) -> None:
    supervisor.start(spec("calm", SLEEP))
    supervisor.start(spec("stubborn", STUBBORN))
    stubborn = supervisor.slots["stubborn"].process
    assert in_time(lambda: any("child" in line for line in stubborn.tail()))
    child = int(stubborn.tail()[0].split()[-1])
    pids = [slot.process.pid for slot in supervisor.slots.values()] + [child]
    assert all(lives(pid) for pid in pids)
    supervisor.stop_all()
    assert in_time(lambda: not any(lives(pid) for pid in pids))


def test_a_process_that_dies_is_started_again_after_a_pause(supervisor: Supervisor, told: io.StringIO) -> None:
    supervisor.start(spec("short", "print('hello')"))
    slot = supervisor.slots["short"]
    first = slot.process.pid

    def is_back() -> bool:
        supervisor.watch()
        return slot.process.pid != first

    assert in_time(is_back)
    assert "short: ended (code 0), starting it again in 1 s" in told.getvalue()


def test_pauses_grow_up_to_a_limit() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3, 9)] == [1, 2, 4, 30]


def test_only_what_is_alarming_reaches_the_terminal(supervisor: Supervisor, told: io.StringIO) -> None:
    last = supervisor.run_step(spec("step", "print('INFO all is well'); print('WARNING low ink'); print('done')"))
    assert last == "done"
    assert "low ink" in told.getvalue()
    assert "all is well" not in told.getvalue()


def test_leftovers_of_a_killed_run_are_ended(tmp_path: Path) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    memory = Leftovers(tmp_path / "processes.json")
    memory.remember([orphan.pid])
    assert memory.end(patience=0.5) == [orphan.pid]
    assert orphan.wait(10) < 0
    assert memory.end() == []


def test_a_number_that_somebody_else_got_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    memory = Leftovers(tmp_path / "processes.json")
    with monkeypatch.context() as earlier:
        earlier.setattr(leftovers, "birth", lambda pid: "another birth")
        memory.remember([stranger.pid])
    assert memory.end() == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait(10)


def test_sigterm_to_a_supervising_process_leaves_nobody(tmp_path: Path) -> None:
    program = f"""
import signal, sys, pathlib
from infra.dev.console import Console
from infra.dev.leftovers import Leftovers
from infra.dev.supervisor import Supervisor
from tests.infra.test_supervisor import SLEEP, STUBBORN, spec
here = pathlib.Path({str(tmp_path)!r})
supervisor = Supervisor(Console(sys.stdout), here / "log", Leftovers(here / "processes.json"))
signal.signal(signal.SIGTERM, lambda *_: supervisor.stop_soon())
supervisor.start(spec("calm", SLEEP))
supervisor.start(spec("stubborn", STUBBORN))
print(*[slot.process.pid for slot in supervisor.slots.values()], flush=True)
supervisor.run_until_stopped()
supervisor.stop_all()
"""
    boss = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert boss.stdout is not None
    with boss.stdout as lines:
        pids = [int(word) for word in lines.readline().split()]
        assert len(pids) == 2
        boss.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert boss.wait(20) == 0
    assert time.monotonic() - started < 15
    assert in_time(lambda: not any(lives(pid) for pid in pids))
