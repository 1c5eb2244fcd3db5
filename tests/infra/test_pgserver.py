"""The embedded PostgreSQL, started for real: who the application is there."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from infra.dev import pgbinaries, pgserver, services
from infra.dev.pgserver import CARELESS, Server, wait_until

pytestmark = pytest.mark.skipif(
    not pgbinaries.is_ready(), reason="The embedded PostgreSQL is not set up here (DATABASE_URL names another)."
)


@contextmanager
def started(server: Server) -> Iterator[Any]:
    """A connection as the application's."""
    server.prepare()
    spec = services.database(server)
    process = subprocess.Popen(
        list(spec.argv), env=dict(spec.env), cwd=spec.cwd, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        user=server.account.user, group=server.account.group, extra_groups=server.account.extra_groups,
    )  # fmt: skip
    try:
        assert wait_until(server.accepts, 60)
        connection = psycopg2.connect(server.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
        connection.close()
    finally:
        process.send_signal(spec.stop_signal)
        process.wait(30)


@pytest.fixture
def server() -> Iterator[Server]:
    """In a folder of its own: the one that pytest gives is closed to the account that PostgreSQL runs as under root."""
    var = Path(tempfile.mkdtemp(prefix="peyvand-test-"))
    var.chmod(0o711)
    made = Server(var, CARELESS)
    yield made
    shutil.rmtree(var, ignore_errors=True)
    if made.is_elsewhere:
        shutil.rmtree(made.home, ignore_errors=True)


def rights(cursor: Any) -> tuple[bool, bool, bool]:
    cursor.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    found: tuple[bool, bool, bool] = cursor.fetchone()
    return found


def test_the_application_is_no_superuser_and_can_do_what_it_must(server: Server) -> None:
    with started(server) as cursor:
        assert rights(cursor) == (False, True, True)
        cursor.execute("CREATE SCHEMA ext")
        cursor.execute("CREATE EXTENSION pg_trgm SCHEMA ext")
        cursor.execute("ALTER DATABASE peyvand SET timezone = 'UTC'")
        cursor.execute("CREATE ROLE t_1 NOLOGIN")
        cursor.execute("CREATE DATABASE another TEMPLATE template0")
        cursor.execute("DROP DATABASE another WITH (FORCE)")
        with pytest.raises(psycopg2.Error, match="permission denied"):
            cursor.execute("SELECT rolpassword FROM pg_authid")
        with pytest.raises(psycopg2.Error, match="external program"):
            cursor.execute("COPY (SELECT 1) TO PROGRAM 'true'")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.url.replace("//peyvand:", "//postgres:"))


def test_a_folder_whose_superuser_is_the_application_goes_on_working(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made so once, with the password of that time."""
    with monkeypatch.context() as patch:
        patch.setattr(pgserver, "SUPERUSER", "peyvand")
        patch.setattr(Server, "superuser_password", Server.password)
        patch.setattr(Server, "_first_statements", lambda _self: "CREATE DATABASE peyvand\n")
        with started(server) as cursor:
            assert rights(cursor) == (True, True, True)
            cursor.execute("CREATE TABLE kept ()")
    with started(Server(server.var, CARELESS)) as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)
