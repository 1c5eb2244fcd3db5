"""Workspaces made from the templates, as a sign-up makes them."""

from collections.abc import Iterable

from django.db import connection, transaction

from identity.models import User
from kernel.access import system_actor
from kernel.context import public_context, tenant_context
from kernel.ids import uuid7
from tenants import hosts, sql
from tenants.models import Organization, SpareSchema
from tenants.pool import discard_schema
from tenants.services.engines import enable_engine
from tenants.services.workspaces import create_workspace, drop_workspace

PASSWORD = "tall-cedar-1405-river"


def make_workspace(
    subdomain: str = "", *, name: str = "", language: str = "en", engines: Iterable[str] = ("sfa",),
    admin: tuple[str, str] = ("Sara Ahmadi", "sara@example.com"),
) -> tuple[Organization, User]:  # fmt: skip
    """A workspace with its administrator and these engines on."""
    subdomain = subdomain or f"w{uuid7().hex[-12:]}"
    with transaction.atomic():
        organization, user = create_workspace(
            actor=system_actor("test"), organization=name or subdomain.title(), subdomain=subdomain, language=language,
            admin_name=admin[0], admin_email=admin[1], password=PASSWORD,
        )  # fmt: skip
        for engine in engines:
            with tenant_context(organization.as_tenant()):
                organization = enable_engine(actor=system_actor("test"), name=engine)
    return organization, user


#: Workspaces that stay when what tests committed is dropped.
_kept: set[str] = set()


def keep_workspaces(*names: str) -> None:
    """No test's end drops these, until somebody lets them go."""
    _kept.update(names)


def let_go(*names: str) -> None:
    _kept.difference_update(names)
    with public_context():
        for organization in Organization.objects.filter(subdomain__in=names):
            drop_workspace(organization)
        hosts.forget_all()


def drop_everything_else(keep: Iterable[str] = ()) -> None:
    """Drop what tests committed: every workspace not named, and schemas nobody owns."""
    with public_context():
        for organization in Organization.objects.exclude(subdomain__in=[*keep, *_kept]):
            drop_workspace(organization)
        known = {*Organization.objects.values_list("schema_name", flat=True)}
        known |= {*SpareSchema.objects.values_list("schema_name", flat=True)}
        for (schema,) in sql.rows(r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^(t|s)_[0-9a-f]{32}$'"):
            if schema not in known:
                discard_schema(schema)
        # What else tests leave in the public schema: operators and what hangs on them.
        for table in connection.introspection.table_names():
            if table.split("_")[0] not in ("django", "tenants", "billing"):
                sql.run(f"TRUNCATE {connection.ops.quote_name(table)} CASCADE")
        hosts.forget_all()
