"""PgBouncer itself, started from the configuration that a real installation gets, with very few connections."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connections

from infra.dev.accounts import database_account
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.saved import any_free_port

CONFIGURATION = ROOT / "infra" / "production" / "pgbouncer" / "pgbouncer.ini"
PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin")

#: What a test's machine must have otherwise. The real file ends in its section [pgbouncer], which goes on here: to open
#: it once more would set everything back to PgBouncer's defaults.
_HERE = """%include {folder}/real.ini
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_file = {folder}/userlist.txt
logfile = {folder}/log
pidfile = {folder}/pid
default_pool_size = {size}
reserve_pool_size = 0
max_db_connections = {size}
stats_users = {user}
[databases]
peyvand = host={host} port={port} {rest}
* = host={host} port={port} {rest}
"""


@contextmanager
def pgbouncer(size: int) -> Iterator[dict[str, Any]]:
    """A running PgBouncer with `size` server connections; yields what to write into the database's settings."""
    own: dict[str, Any] = connections.settings["default"]
    password = own["PASSWORD"] or "any-will-do"
    folder = Path(tempfile.mkdtemp(prefix="peyvand-pgbouncer-"))
    account = database_account(folder / "of-nobody-yet")  # it refuses to be root, as PostgreSQL does
    account.own(folder)
    listen = any_free_port()
    shutil.copy(CONFIGURATION, folder / "real.ini")
    (folder / "userlist.txt").write_text(f'"{own["USER"]}" "{password}"\n')
    here = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "rest": _rest()}
    (folder / "here.ini").write_text(_HERE.format(listen=listen, folder=folder, size=size, **here))
    for file in folder.iterdir():
        file.chmod(0o644)
    process = subprocess.Popen(
        [str(PROGRAM), "--quiet", str(folder / "here.ini")],
        cwd=folder, user=account.user, group=account.group, extra_groups=account.extra_groups,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    through = {"HOST": "127.0.0.1", "PORT": str(listen), "PASSWORD": password}
    try:
        up = wait_until(lambda: process.poll() is not None or answers({**own, **through}), 20)
        if not up or process.poll() is not None:
            raise RuntimeError(f"PgBouncer does not come up:\n{_log(folder)}")
        yield through
        if process.poll() is not None:
            raise RuntimeError(f"PgBouncer ended by itself:\n{_log(folder)}")
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _rest() -> str:
    """What the real file says of the database, but for where it is."""
    line = re.search(r"^peyvand = host=\S+ port=\d+ dbname=\w+ (.*)$", CONFIGURATION.read_text(), re.MULTILINE)
    assert line is not None
    return line[1]


@contextmanager
def pooled(size: int) -> Iterator[None]:
    """Every connection that Django opens goes through PgBouncer; those of before and after go straight."""
    own: dict[str, Any] = connections.settings["default"]
    with pgbouncer(size) as through:
        straight = {name: own[name] for name in through}
        connections.close_all()
        own.update(through)
        try:
            yield
        finally:
            connections.close_all()
            own.update(straight)


def raw(where: dict[str, Any], database: str = "") -> Any:
    """A connection without Django, in autocommit."""
    made = psycopg2.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], password=where["PASSWORD"],
        dbname=database or where["NAME"], connect_timeout=3,
    )  # fmt: skip
    made.autocommit = True
    return made


def answers(where: dict[str, Any]) -> bool:
    try:
        raw(where).close()
    except psycopg2.OperationalError:
        return False
    return True


def _log(folder: Path) -> str:
    file = folder / "log"
    return file.read_text() if file.exists() else "It wrote no log."
