"""A new schema beside the workspace's own, with the tables that an archive was made from."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import files
from kernel.context import Tenant, public_context, tenant_context
from tenants import roles, sql
from tenants.archive.checking import BadArchive
from tenants.archive.manifest import Manifest
from tenants.models import Organization, RetiredSchema
from tenants.pool import discard_schema
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
    """Tables as they were when the archive was made."""
    own = [part for part in parts() if part in manifest.parts]
    if any(manifest.parts[part] != version_of(part) for part in own):
        raise BadArchive("older", _("The archive was made by an older version of Peyvand, which this one cannot read."))
    with tenant_context(Tenant(schema=schema, operator=True)), transaction.atomic():
        sql.create_schema(schema)
        roles.create_role(schema)
        for part in own:
            replay(part)


def upgrade(schema: str, manifest: Manifest) -> dict[str, str]:
    """Bring the filled schema to the code's version; the version of each of its parts then."""
    return {part: version_of(part) for part in parts() if part in manifest.parts}


@transaction.atomic
def discard(schema: str) -> None:
    """A schema that is not to be: its tables, role, files and the note of it."""
    with public_context():
        if Organization.objects.filter(schema_name=schema).exists():
            return  # it has become the workspace meanwhile
        discard_schema(schema)
        RetiredSchema.objects.filter(schema_name=schema).delete()
    files.delete_all(schema)
