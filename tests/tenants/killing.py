"""Killing a process of ours with SIGKILL exactly before its n-th statement.

One process sets Django up and forks for every try, so that a try costs little. The fork stops itself before the
statement and says so; then the test kills it and waits until the database has noticed.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from kernel.context import public_context
from tenants import sql

ROOT = Path(__file__).resolve().parents[2]
NEVER = 1_000_000

PROGRAM = """
import os, signal, sys
sys.path[:0] = [sys.argv[1] + "/platform", sys.argv[1]]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import tests.outside.install
import django
django.setup()
from django.db import connection
from tests.tenants.acts import ACTS

def say(what, count):
    print(os.getpid(), connection.connection.info.backend_pid if connection.connection else 0, what, count, flush=True)

def attempt(name, number, argument):
    seen = [0]
    def stop(execute, *args):
        seen[0] += 1
        if seen[0] == number:
            say("stopped", seen[0])
            while True:
                signal.pause()
        return execute(*args)
    with connection.execute_wrapper(stop):
        ACTS[name](argument)
    say("done", seen[0])

for line in sys.stdin:
    name, number, argument = line.split()
    child = os.fork()
    if child == 0:
        try:
            attempt(name, int(number), argument)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@dataclass
class Killer:
    process: "subprocess.Popen[str]"

    def act(self, name: str, argument: str, *, kill_at: int = NEVER) -> int:
        """Do it and kill it before this statement; 0 when it was killed, else the number of statements it took."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name} {kill_at} {argument}\n")
        self.process.stdin.flush()
        pid, backend, what, count = self._line().split()
        if what == "stopped":
            os.kill(int(pid), signal.SIGKILL)
        assert self._line() == "ended"
        _until_gone(int(backend))
        return int(count) if what == "done" else 0

    def points(self, name: str, argument: str, *, number: int) -> list[int]:
        """Statements to be killed before, spread over an act that takes so many."""
        total = self.act(name, argument)
        assert total > number
        return sorted({1 + round(step * (total - 1) / (number - 1)) for step in range(number)})

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, "The process ended before it had an answer."
        return line


def _until_gone(backend: int) -> None:
    """The database rolls back once it sees that nobody is there any more."""
    pause = threading.Event()
    for _n in range(500):
        with public_context():
            if not sql.one("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [backend]):
                return
        pause.wait(0.02)
    raise AssertionError("The killed process's transaction is still open.")


@contextmanager
def killer() -> Iterator[Killer]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ROOT)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **_environment()},
    )  # fmt: skip
    try:
        yield Killer(process)
    finally:
        process.kill()
        process.communicate()


def _environment() -> dict[str, Any]:
    db = settings.DATABASES["default"]
    name = connection.settings_dict["NAME"]
    return {
        "DATABASE_URL": f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}",
        "PEYVAND_VAR": str(settings.VAR),
    }
