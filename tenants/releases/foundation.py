"""What all workspaces share: functions, the public tables, and that one release runs at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kernel.functions import ALL_SQL
from tenants import roles, sql
from tenants.router import public_labels

log = logging.getLogger(__name__)
_LOCK = 0x7065_7976_0002
_PATH = "public, ext"


def prepare_functions() -> None:
    """Schema `ext` with the extensions and folding functions that generated columns call."""
    with transaction.atomic():
        sql.run("CREATE SCHEMA IF NOT EXISTS ext")
        # Whoever works for a workspace may call its functions, and has no business in public.
        sql.run("GRANT USAGE ON SCHEMA ext TO PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for statement in ALL_SQL:
            sql.run(statement)
        # An installation may have had the extension elsewhere; a workspace looks in its own schema and here only.
        sql.run("ALTER EXTENSION pg_trgm SET SCHEMA ext")
        # What holds outside a transaction, and where every transaction starts.
        database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        sql.run(f"ALTER DATABASE {database} SET search_path = {_PATH}")
        sql.run(f"ALTER DATABASE {database} SET timezone = 'UTC'")
    sql.run(f"SET search_path = {_PATH}")
    if sql.one("SELECT ext.show_trgm('پیوند') = '{}'"):
        log.warning("This database has LC_CTYPE C: searching for Persian reads whole tables. See docs/operations.md.")


def migrate_public() -> None:
    executor = MigrationExecutor(connection)
    labels = public_labels()
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])


def ensure_roles() -> int:
    """For schemas out of a dump, which brings none; how many there were."""
    missing = roles.schemas_without_role()
    for schema in missing:
        with transaction.atomic():
            roles.ensure_role(schema)
    return len(missing)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A lock of the connection's own: it is gone with the process, however that ends."""
    sql.run("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        sql.run("SELECT pg_advisory_unlock(%s)", [_LOCK])
