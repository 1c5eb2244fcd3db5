"""Rows of the system catalogs that a workspace takes, their bytes, and its files on disk."""

from collections.abc import Iterator

from django.db import transaction

from kernel.context import Tenant, public_context, tenant_context
from tenants import sql
from tenants.pool import build_schema, discard_schema, new_name
from tenants.templates import replay
from tests.bench.measure import Reading
from tests.bench.sizes import Size
from tests.bench.tenancy.fleet import Fleet

_OURS = "relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared"
_CATALOGS = f"SELECT relname FROM pg_class WHERE {_OURS} AND has_table_privilege(oid, 'SELECT')"
_BYTES = f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE {_OURS}"
_SHARED = (
    "SELECT count(*) FROM pg_shdepend WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
#: Catalogs that all databases of the server share: what the role itself takes.
_OF_ROLE = {
    "pg_authid": "SELECT count(*) FROM pg_roles WHERE rolname = %s",
    "pg_auth_members": "SELECT count(*) FROM pg_auth_members WHERE roleid = %s::regrole",
    "pg_shdescription": "SELECT count(*) FROM pg_shdescription WHERE objoid = %s::regrole",
}
#: Tables and their indexes, with the TOAST tables behind them.
_FILES = """
SELECT count(*), sum(pg_relation_size(oid)) FROM pg_class
WHERE relkind IN ('r', 'i', 't', 'S', 'm') AND (relnamespace = %s::regnamespace OR oid IN (
  SELECT reltoastrelid FROM pg_class WHERE relnamespace = %s::regnamespace
  UNION SELECT indexrelid FROM pg_index JOIN pg_class t ON t.reltoastrelid = indrelid
  WHERE t.relnamespace = %s::regnamespace))"""


def readings(fleet: Fleet, size: Size) -> Iterator[Reading]:
    schema = new_name()
    with public_context(), transaction.atomic():
        before = _counts()
        build_schema(schema)
        with tenant_context(Tenant(schema=schema, operator=True)):
            replay("sfa")
        after = {**_counts(), **{name: int(sql.one(count, [schema])) for name, count in _OF_ROLE.items()}}
    rows = {name: count - before.get(name, 0) for name, count in after.items()}
    told = {name: count for name, count in sorted(rows.items(), key=lambda one: -one[1]) if count}
    context = {"engines": ["sfa"], "rows": told}
    yield Reading("tenancy", "catalog_rows_per_workspace", sum(rows.values()), "rows", 1, context)
    with public_context():
        files, size_on_disk = sql.rows(_FILES, [fleet.tenants[0].schema] * 3)[0]
        # An empty database is nearly nothing but its catalogs.
        whole = float(sql.one(_BYTES)) - float(sql.one("SELECT pg_database_size('template0')"))
        schemas = int(sql.one(r"SELECT count(*) FROM pg_namespace WHERE nspname ~ '^t_[0-9a-f]{32}$'"))
        discard_schema(schema)
    yield Reading("tenancy", "catalog_bytes_per_workspace", round(whole / schemas), "bytes", schemas, {"whole": whole})
    yield Reading("tenancy", "disk_per_workspace", int(size_on_disk), "bytes", 1, {"filled": "as on the first day"})
    yield Reading("tenancy", "files_per_workspace", files, "files", 1)


def _counts() -> dict[str, int]:
    """Rows of every catalog of this database, and what hangs on roles from within it."""
    names = [name for (name,) in sql.rows(_CATALOGS)]
    found = {name: int(sql.one(f'SELECT count(*) FROM pg_catalog."{name}"')) for name in names}
    return {**found, "pg_shdepend": int(sql.one(_SHARED))}
