"""One release: what all share, canaries, everybody else."""

from django.conf import settings

from kernel.context import public_context
from tenants import sql, templates
from tenants.pool import refill_pool
from tenants.releases.foundation import ensure_roles, migrate_public, one_at_a_time, prepare_functions
from tenants.releases.history import upgrade_schema
from tenants.releases.state import behind, parts_of, release_version, standing


def release(pool: int | None = None) -> None:
    if standing().is_done(settings.POOL_SIZE if pool is None else pool):
        return
    with public_context(), one_at_a_time():
        prepare_functions()
        migrate_public()
        templates.build_stale()
        ensure_roles()
        for organization in behind():
            organization.releases = upgrade_schema(organization.schema_name, parts_of(organization.releases))
            organization.save(update_fields=["releases"])
        sql.run(f"COMMENT ON SCHEMA ext IS '{release_version()}'")
        refill_pool(pool)
