"""Databases of tests and benches, made and dropped from beside them, with the roles of the workspaces in them."""

from typing import Any

from django.db import connection

_KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
_ROLES = "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s"


def run_nowhere(*statements: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def create_database(name: str, template: str = "") -> None:
    copied = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 ENCODING 'UTF8'"
    run_nowhere(f'CREATE DATABASE "{name}" {copied}')


def drop_database(name: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        drop_by(cursor, name)


def drop_by(cursor: Any, name: str) -> None:
    """Ends what is ours there, as processes that were killed may have left it: WITH (FORCE) would need a right over
    the server's own processes (autovacuum), which leave by themselves. Roles of a copy of it stay until that goes."""
    cursor.execute(_KILL, [name])
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
    cursor.execute(_ROLES, [f"Peyvand workspace in {name}"])
    roles = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(roles), 200):
        cursor.execute(f"DROP ROLE {', '.join(roles[start : start + 200])}")
