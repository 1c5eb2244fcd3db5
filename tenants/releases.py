"""Bringing a database to the code's release: functions, public tables, templates, workspaces, pool."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from kernel.context import public_context, tenant_context
from kernel.text.sql import ALL_SQL
from tenants import sql, templates
from tenants.models import Organization
from tenants.pool import refill_pool
from tenants.router import public_labels
from tenants.versions import files_digest, labels_of_part, parts, version_of

log = logging.getLogger(__name__)
_LOCK = 0x7065_7976_0002
_PATH = "public, ext"


def release_version() -> str:
    """One hash over everything `prepare` brings about."""
    every = [files_digest(public_labels()), *(version_of(part) for part in parts()), *ALL_SQL]
    return hashlib.sha256("\n".join(every).encode()).hexdigest()[:32]


def prepared_version() -> str:
    """The release this database was last prepared for; "" for a fresh one."""
    return str(sql.one("SELECT obj_description(to_regnamespace('ext'), 'pg_namespace')") or "")


def is_prepared() -> bool:
    return prepared_version() == release_version()


def prepare(pool: int | None = None) -> None:
    """Idempotent; where nothing changed, two queries."""
    with public_context(), _one_at_a_time():
        if not is_prepared():
            prepare_functions()
            migrate_public()
            built = templates.build_stale()
            log.info("Templates built: %s", ", ".join(built) or "none")
            for failure in release_all():
                log.error("Not brought up to date: %s", failure)
            sql.run(f"COMMENT ON SCHEMA ext IS '{release_version()}'")
        made = refill_pool(pool)
        log.info("Schemas made for the pool: %d", made)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    sql.run("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        sql.run("SELECT pg_advisory_unlock(%s)", [_LOCK])


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


def migrate_public() -> None:
    executor = MigrationExecutor(connection)
    labels = public_labels()
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])


def behind() -> list[Organization]:
    """Workspaces whose schema is older than the code, in any part they have."""
    old = Q()
    for part in parts():
        old |= Q(releases__has_key=part) & ~Q(**{f"releases__{part}": version_of(part)})
    return list(Organization.objects.filter(old).order_by("created_at"))


def release_all() -> list[str]:
    """Run what is pending, a transaction a workspace; one that fails is named and stops no other."""
    failures = []
    for organization in behind():
        try:
            release_one(organization)
        except Exception as error:
            failures.append(f"{organization.schema_name}: {error}")
    return failures


def release_one(organization: Organization) -> None:
    own = [part for part in parts() if part in organization.releases]
    labels = frozenset().union(*(labels_of_part(part) for part in own))
    with transaction.atomic():
        with tenant_context(replace(organization.as_tenant(), operator=True)):
            sql.run("SET CONSTRAINTS ALL IMMEDIATE")
            templates.migrate_here(labels)
        organization.releases = {part: version_of(part) for part in own}
        organization.save(update_fields=["releases"])


def versions() -> dict[str, str]:
    return {part: version_of(part) for part in parts()}
