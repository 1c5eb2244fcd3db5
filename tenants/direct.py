"""Past the pooler, straight to PostgreSQL.

A pooler lends a server connection for one transaction, so what must hold across several (the lock of a release, a
setting for a whole run) needs a connection of its own. Such a command calls `use_direct_connection` before it does
anything else; pages and tasks never do.
"""

from typing import Any

from django.conf import settings
from django.db import connection, connections

from kernel.context import public_context
from tenants import sql


class PooledConnection(RuntimeError):
    """A command that needs a connection of its own was given a pooler's."""


def use_direct_connection() -> None:
    """From here on every connection of this process, in every thread, goes to `DIRECT_DATABASE` where that is set."""
    direct: dict[str, Any] | None = settings.DIRECT_DATABASE
    if direct is not None:
        connections.close_all()
        # Every thread's connection is made from this one dictionary.
        own: dict[str, Any] = connections.settings["default"]
        own.update({name: direct[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")})
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
