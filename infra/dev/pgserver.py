"""One embedded PostgreSQL: its data folder, its configuration, its address. It runs in the foreground, supervised."""

from __future__ import annotations

import hashlib
import locale
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev import pgbinaries, saved
from infra.dev.accounts import Account, database_account
from infra.dev.commands import run_quietly
from infra.dev.problems import Problem

#: The application is no superuser, as in a real installation: it makes roles and databases, and owns this one. A data
#: folder from before that was made with `LOGIN` as its superuser, and goes on working so.
LOGIN = DATABASE = "peyvand"
SUPERUSER = "postgres"
VERSION = "18"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # TCP only: no long socket path, no stale socket file
    "shared_buffers": "256MB",
    "work_mem": "16MB",  # what two conditions find among a million records, row by row
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # one release touches the tables of many schemas
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %d ",
}
# For a server that is thrown away after the tests.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_level": "minimal",
            "max_wal_senders": "0"}  # fmt: skip


def letters() -> str:
    """The locale by which PostgreSQL tells what a letter is: under "C" its trigrams know those of English only."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


@dataclass
class Server:
    var: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = saved.Ports(self.var / "ports.json")
        self.home = placed(self.var)
        self.data = self.home / "data"
        self.account: Account = database_account(self.home)

    @property
    def password(self) -> str:
        return saved.secret(self.var / "pg_password")

    @property
    def superuser_password(self) -> str:
        """For people only: nothing of ours logs in with it."""
        return saved.secret(self.var / "pg_superuser_password")

    @property
    def url(self) -> str:
        return f"postgresql://{LOGIN}:{self.password}@127.0.0.1:{self.ports.get('postgres')}/{DATABASE}"

    @property
    def is_elsewhere(self) -> bool:
        return not self.home.is_relative_to(self.var)

    def prepare(self) -> None:
        """Makes the data folder at the first start; on later ones sees that it is ours, of our version and at rest."""
        version = self.data / "PG_VERSION"
        if self.data.exists() and not (self.home / "complete").exists():
            shutil.rmtree(self.data)  # initdb was interrupted: there is nothing in it yet
        if not self.data.exists():
            self._make()
        elif version.read_text().strip() != VERSION:
            raise Problem(
                f"{self.data} was made by PostgreSQL {version.read_text().strip()}, and this is {VERSION}.",
                "Move that folder away (its data stays in it), or use another: make run PEYVAND_VAR=…",
            )
        self.stop_leftover()
        # Nobody runs there now: a process number that somebody else got since must not keep the server from starting.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.ports.choose("postgres")

    def _make(self) -> None:
        self.account.own(self.home)
        programs = pgbinaries.reachable_by(self.account)
        password = self.home / "password"
        password.write_text(self.superuser_password)
        try:
            if self.account.user is not None:
                os.chown(password, self.account.user, -1)
            password.chmod(0o600)
            run_quietly(
                [programs / "bin" / "initdb", "-D", self.data, "-U", SUPERUSER, "--pwfile", password,
                 "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--lc-ctype={letters()}",
                 "--locale-provider=icu", "--icu-locale=und",
                 *(["--no-sync"] if "fsync" in self.settings else [])],
                cwd=self.home, env=self.environment(), account=self.account,
                advice="On a Linux without glibc (Alpine) these programs do not run: "
                "name a PostgreSQL server of your own in DATABASE_URL.",
            )  # fmt: skip
        finally:
            password.unlink()
        # Single-user mode makes login and database before anybody can connect. One line is one statement.
        run_quietly(
            [programs / "bin" / "postgres", "--single", "-D", self.data, "postgres"],
            cwd=self.home, env=self.environment(), account=self.account,
            stdin=self._first_statements().encode(),
        )  # fmt: skip
        (self.home / "complete").write_text(VERSION + "\n")

    def _first_statements(self) -> str:
        return (
            f"CREATE ROLE {LOGIN} LOGIN CREATEROLE CREATEDB PASSWORD '{self.password}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {LOGIN}\n"
        )

    def command(self) -> list[str]:
        programs = pgbinaries.reachable_by(self.account)
        settings = {**SETTINGS, **self.settings, "port": str(self.ports.get("postgres"))}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(programs / "bin" / "postgres"), "-D", str(self.data), *options]

    def environment(self) -> dict[str, str]:
        # Nothing of the caller's: PGDATA, PGPORT and locales would change what the server does.
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": os.environ.get("TZ", "UTC")}

    def accepts(self) -> bool:
        import psycopg2  # only in the virtual environment

        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop_leftover(self, patience: float = 20.0) -> None:
        """A supervisor that was killed may have left its server running on this data folder; end it in good order."""
        pid = _postmaster(self.data)
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        if not wait_until(lambda: _postmaster(self.data) is None, patience):
            raise Problem(f"PostgreSQL (process {pid}) still uses {self.data} and does not stop.", f"Try: kill {pid}")


def _postmaster(data: Path) -> int | None:
    """The living server of this data folder. After a crash the file may name a process that is gone, or another's."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    # A server's working folder is its data folder; where there is no /proc its name must do.
    folder = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self").exists():
        try:
            return pid if Path(os.readlink(folder)) == data.resolve() else None
        except OSError:
            return None
    told = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return pid if "postgres" in told.stdout else None


def placed(var: Path) -> Path:
    """Where the data lies: in the data folder, or, where PostgreSQL's account cannot get so far, in a shared place."""
    home = var / "pg"
    if database_account(home).reaches(var):
        return home
    name = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    return pgbinaries.SHARED / f"data-{name}"


def wait_until(happened: Callable[[], bool], patience: float) -> bool:
    until = time.monotonic() + patience
    while not happened():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
