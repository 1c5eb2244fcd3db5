"""Past the pooler, straight to PostgreSQL.

A pooler lends a server connection for one transaction, so what must hold across several (the lock of a release, a
setting for a whole run) needs a connection of its own. Releases ask for it; pages and other tasks never do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from kernel.context import public_context
from tenants import sql

_WHERE = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


class PooledConnection(RuntimeError):
    """Something that needs a connection of its own was given a pooler's."""


@contextmanager
def direct_connection() -> Iterator[None]:
    """This thread's connection goes to `DIRECT_DATABASE` meanwhile, where that is set; other threads' stay."""
    direct: dict[str, Any] | None = settings.DIRECT_DATABASE
    usual = connection.settings_dict
    if direct is not None:
        connection.close()
        # A dictionary of its own: the usual one is shared by the connections of all threads.
        connection.settings_dict = {**usual, **{name: direct[name] for name in _WHERE}}
    try:
        with public_context():
            _check_is_own()
            yield
    finally:
        if direct is not None:
            connection.close()
            connection.settings_dict = usual


def _check_is_own() -> None:
    if is_pooled():
        raise PooledConnection(
            "DATABASE_URL leads to a pooler, and this needs a connection of its own."
            " Set PEYVAND_DIRECT_DATABASE_URL to PostgreSQL's own address."
        )


def is_pooled() -> bool:
    """Whether somebody stands in between: a pooler tells its clients a number of its own instead of the backend's."""
    with public_context():
        backend = sql.one("SELECT pg_backend_pid()")
    return bool(backend != connection.connection.info.backend_pid)
