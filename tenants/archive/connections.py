"""A connection of one's own beside the job's: one reads or writes for minutes, the other renews the lease."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from kernel.context import require_tenant
from tenants import sql

#: What the text of a value depends on; a server may be set up otherwise.
_PLAIN = (
    "SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),"
    " set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true),"
    " set_config('TimeZone', 'UTC', true)"
)


@contextmanager
def snapshot(tables: Sequence[str] = ()) -> Iterator[Any]:
    """A cursor that sees the workspace as it was at one moment, and cannot change it.

    Releases are held off from these tables: one that is rewritten after the moment looks empty from there. Writing
    goes on.
    """
    with _own_connection() as own:
        # Set on the connection, so that BEGIN carries it: once a transaction's first statement has bound the
        # workspace, the server refuses to change its isolation.
        own.connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        if tables:
            with own.connection.cursor() as first:  # before any statement that decides on the moment, the binding too
                first.execute(_lock(tables))
        with own.cursor() as cursor:
            cursor.execute(_PLAIN)
            yield cursor


def _lock(tables: Sequence[str]) -> str:
    schema = sql.quoted(require_tenant().schema)
    names = ", ".join(f"{schema}.{connection.ops.quote_name(table)}" for table in tables)
    return f"LOCK TABLE {names} IN ACCESS SHARE MODE"


@contextmanager
def writer() -> Iterator[Callable[[], Any]]:
    """A function that gives a context for one transaction, each with a cursor, all on one connection."""
    with _own_connection() as own:

        @contextmanager
        def transaction() -> Iterator[Any]:
            try:
                with own.cursor() as cursor:
                    cursor.execute(_PLAIN)
                    yield cursor
                own.commit()
            finally:
                own.rollback()  # after the commit there is nothing to roll back

        yield transaction


@contextmanager
def _own_connection() -> Iterator[Any]:
    own: Any = connection.copy()
    try:
        own.connect()
        own.set_autocommit(False)
        yield own
    finally:
        own.close()
