"""A database for one command: the one that DATABASE_URL names, the one that `make run` runs, or one just for now."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.dev import locks, services
from infra.dev.console import Console
from infra.dev.leftovers import Leftovers
from infra.dev.pgserver import CARELESS, Server, wait_until
from infra.dev.problems import Problem
from infra.dev.processes import Process

LOCK = "run.lock"


@contextmanager
def running(var: Path, console: Console) -> Iterator[str]:
    """The database of a data folder, started when nobody runs it yet."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with locks.exclusive(var / LOCK, f"{os.getpid()}\n") as ours:
        if ours:
            Leftovers(var / "processes.json").end()
            with _started(Server(var), console):
                yield Server(var).url
            return
    server = Server(var)
    if server.ports.get("postgres") is None or not wait_until(server.accepts, 30):
        raise Problem(f"Another command uses {var}, and its database does not answer.", "Try again in a moment.")
    yield server.url


@contextmanager
def thrown_away(console: Console) -> Iterator[tuple[Path, str]]:
    """A data folder and a database that vanish afterwards."""
    var = Path(tempfile.mkdtemp(prefix="peyvand-test-"))
    var.chmod(0o711)  # the database's own account must get through
    server: Server | None = None
    try:
        if url := os.environ.get("DATABASE_URL"):
            yield var, url
        else:
            server = Server(var, CARELESS)
            with _started(server, console):
                yield var, server.url
    finally:
        shutil.rmtree(var, ignore_errors=True)
        if server is not None and server.is_elsewhere:
            shutil.rmtree(server.home, ignore_errors=True)


@contextmanager
def _started(server: Server, console: Console) -> Iterator[None]:
    logs = server.var / "log"
    logs.mkdir(exist_ok=True)
    with console.stage("PostgreSQL"):
        server.prepare()
        process = Process(services.database(server), logs / "postgres.log", lambda name, text: None)
        up = wait_until(lambda: process.has_ended() or server.accepts(), 60)
    try:
        if not up or process.has_ended():
            tail = "\n".join(f"    {line}" for line in process.tail())
            raise Problem(f"PostgreSQL does not come up.\n\n{tail}")
        yield
    finally:
        process.ask_to_stop()
        process.see_stopped(time.monotonic() + process.spec.patience)


def call(argv: list[str], env: dict[str, str], cwd: Path) -> int:
    """Runs a command in the foreground, on our terminal, and gives its honest exit code."""
    process = subprocess.Popen(argv, env=env, cwd=cwd)
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:
            # The terminal told it as well; after SIGTERM to us alone it must be told. It cleans up, then we do.
            with suppress(ProcessLookupError):
                process.terminate()
    return code if code >= 0 else 128 - code
