"""A new schema beside the workspace's own, with the tables that an archive was made from."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import cache, files
from kernel.context import Tenant, public_context, tenant_context
from tenants import roles, sql
from tenants.archive.checking import BadArchive
from tenants.archive.manifest import Manifest
from tenants.erasure import drop_in_pieces
from tenants.models import Organization, RetiredSchema
from tenants.pool import discard_schema
from tenants.releases import UnknownMigrations, build_schema_at, upgrade_schema
from tenants.templates import replay
from tenants.versions import parts, version_of

#: A restore that died and was never taken up again: its schema goes after this.
_LEFTOVER = timedelta(days=2)


@transaction.atomic
def announce(schema: str, organization: Organization) -> None:
    """Write the name down before there is anything of it, so that whatever happens somebody will clean up."""
    with public_context():
        RetiredSchema.objects.create(
            schema_name=schema, organization=organization, drop_after=timezone.now() + _LEFTOVER
        )


def build_schema(schema: str, manifest: Manifest) -> None:
    """Tables as they were when the archive was made; `upgrade` brings them to today once they are full."""
    if is_current(manifest.parts):
        _replay(schema, manifest.parts)
        return
    try:
        build_schema_at(schema, [(app, name) for app, name in manifest.migrations])
    except UnknownMigrations:
        raise BadArchive("older", _("The archive is of a version of Peyvand that this one cannot read.")) from None


def _replay(schema: str, having: Mapping[str, str]) -> None:
    """From today's templates: a tenth of the time that older tables take, which are recorded first."""
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        sql.create_schema(schema)
        roles.create_role(schema)
        for part in parts():
            if part in having:
                replay(part)


def is_current(having: Mapping[str, str]) -> bool:
    return all(version_of(part) == version for part, version in having.items())


def upgrade(schema: str, having: Mapping[str, str]) -> dict[str, str]:
    """Bring a schema that is nobody's workspace now to the code's version; the version of each of its parts then."""
    return dict(having) if is_current(having) else upgrade_schema(schema, having)


def discard(schema: str) -> None:
    """A schema that is not to be: its tables, role, files and the note of it. Not inside a transaction."""
    with public_context(), transaction.atomic():
        if Organization.objects.filter(schema_name=schema).exists():
            return  # it has become the workspace meanwhile
    drop_in_pieces(schema)
    with public_context(), transaction.atomic():
        discard_schema(schema)
        RetiredSchema.objects.filter(schema_name=schema).delete()
    files.delete_all(schema)
    cache.forget_workspace(schema)
