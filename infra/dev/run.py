"""`make run`: database, preparation, sample data, web, worker, clock and mail, until Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from infra.dev import environment, locks, readiness, saved, services
from infra.dev.console import Console
from infra.dev.environment import Addresses
from infra.dev.leftovers import Leftovers
from infra.dev.paths import var_folder
from infra.dev.pgserver import Server
from infra.dev.problems import Problem
from infra.dev.signals import STOPPING
from infra.dev.supervisor import Supervisor
from infra.dev.welcome import welcome

PATIENCE = 120.0
LOCK = "run.lock"


def main(name: str, arguments: list[str], console: Console) -> int:
    port, var = environment.wished_port(), var_folder()
    with locks.exclusive(var / LOCK, f"{os.getpid()} {port}\n") as ours:
        if not ours:
            holder = (var / LOCK).read_text().split()
            by = f" (process {holder[0]}, port {holder[1]})" if len(holder) == 2 else ""
            raise Problem(
                f"Peyvand already runs on {var}{by}.",
                "Stop it with Ctrl-C there, or run a second one beside it: make run PORT=8100 PEYVAND_VAR=var/second",
            )
        leftovers = Leftovers(var / "processes.json")
        if leftovers.end():
            console.line("Ended what an interrupted run had left behind.")
        if not saved.is_free(port, saved.local_addresses()):
            raise Problem(f"Port {port} is in use by another program.", f"Choose another: make run PORT={port + 100}")
        return Run(console, var, port, Supervisor(console, var / "log", leftovers)).go()


class Run:
    def __init__(self, console: Console, var: Path, port: int, supervisor: Supervisor) -> None:
        self.console = console
        self.var = var
        self.port = port
        self.supervisor = supervisor
        self.loopback = saved.local_addresses()

    def go(self) -> int:
        for number in STOPPING:
            signal.signal(number, self._on_signal)
        try:
            self._start()
            self.supervisor.run_until_stopped()
        except KeyboardInterrupt:
            pass  # asked to stop while still starting
        finally:
            self.console.line("Stopping …")
            self.supervisor.stop_all()
            self.console.line("Stopped. The data stays for the next time.")
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not tear the stopping apart, which ends by itself within seconds.
        self.supervisor.stop_soon()

    def _start(self) -> None:
        self.console.line("Starting")
        database_url = os.environ.get("DATABASE_URL") or self._start_database()
        addresses = self._choose_addresses(database_url)
        env = environment.build(self.var, addresses)
        if addresses.mail_port:
            self.supervisor.start(services.mail(addresses, self.var, env))
        with self.console.stage("Tables and workspaces"):
            self.supervisor.run_step(services.manage("release", env))
        with self.console.stage("Sample data"):
            told = self.supervisor.run_step(services.manage("seed_demo", env, "--json"))
        with self.console.stage("Web, worker, clock and mail"):
            for spec in services.standing(self.port, self.loopback, self.var, env):
                self.supervisor.start(spec)
            self._wait_until_ready()
        for line in welcome(self.port, seeded(told), addresses.mail_port, self.var):
            self.console.line(line)

    def _start_database(self) -> str:
        server = Server(self.var)
        with self.console.stage("PostgreSQL"):
            server.prepare()
            self.supervisor.start(services.database(server))
            self._until(server.accepts, 60.0, "postgres")
        if server.is_elsewhere:
            self.console.line(f"  (PostgreSQL does not run as root and cannot enter {self.var}:")
            self.console.line(f"   its data lies in {server.home})")
        return server.url

    def _choose_addresses(self, database_url: str) -> Addresses:
        if "PEYVAND_SMTP_URL" in os.environ:
            return Addresses(self.port, database_url)
        ports = saved.Ports(self.var / "ports.json")
        smtp = ports.choose("smtp", preferred=1025)
        page = ports.choose("mail", preferred=self.port + 25, addresses=self.loopback)
        return Addresses(self.port, database_url, smtp, page)

    def _wait_until_ready(self) -> None:
        last = [(0, "")]

        def is_ready() -> bool:
            last[0] = readiness.ask(self.port)
            return last[0][0] == 200

        self._until(is_ready, PATIENCE, "web", lambda: f"/readyz answers {last[0][0]}: {last[0][1]}")

    def _until(
        self, happened: Callable[[], bool], patience: float, name: str, state: Callable[[], str] = lambda: ""
    ) -> None:
        until = time.monotonic() + patience
        slot = self.supervisor.slots[name]
        while not happened():
            if self.supervisor.stopping.wait(0.2):
                raise KeyboardInterrupt
            self.supervisor.watch()
            if time.monotonic() > until or slot.deaths > 3:
                tail = "\n".join(f"    {line}" for line in slot.process.tail())
                raise Problem(f"{name} does not come up. {state()}\n\n{tail}", f"The logs are in {self.var / 'log'}")


def seeded(last_line: str) -> list[dict[str, str]]:
    """The addresses that `seed_demo --json` printed."""
    if not re.match(r"\s*{", last_line):
        return []
    try:
        found = json.loads(last_line)
    except ValueError:
        return []
    return [{str(key): str(value) for key, value in row.items()} for row in found.get("addresses", [])]
