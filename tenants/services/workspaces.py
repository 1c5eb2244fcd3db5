"""Making a workspace: a row of ours, a schema claimed from the pool, its first person and what engines start with."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import override

from identity.models import User
from identity.services.accounts import create_admin
from kernel.access import Actor
from kernel.context import public_context, tenant_context
from kernel.errors import Invalid
from kernel.registry import registry
from tenants import subdomains
from tenants.models import Organization
from tenants.pool import claim_schema, discard_schema
from tenants.preferences import defaults_for
from tenants.versions import CORE, version_of


@transaction.atomic
def create_workspace(
    *, actor: Actor, organization: str, subdomain: str, language: str, admin_name: str, admin_email: str, password: str
) -> tuple[Organization, User]:
    """All of it or nothing: the schema is claimed in the same transaction as the row."""
    made = _make_row(organization, subdomain, language)
    with tenant_context(made.as_tenant()), override(language):
        admin = create_admin(actor=actor, email=admin_email, name=admin_name, password=password)
        for module in registry.modules:
            if module.always_on and module.on_enable:
                import_string(module.on_enable)(actor=actor)
    return made, admin


def _make_row(name: str, subdomain: str, language: str) -> Organization:
    row = Organization(
        name=name, subdomain=subdomain, schema_name=claim_schema(), language=language,
        preferences=defaults_for(language), releases={CORE: version_of(CORE)},
        trial_ends_on=timezone.localdate() + timedelta(days=settings.TRIAL_DAYS),
    )  # fmt: skip
    try:
        with public_context(), transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Two asked for one name at the same moment: the database let one through.
        raise Invalid({"subdomain": [subdomains.taken()]}) from None
    return row


@transaction.atomic
def drop_workspace(organization: Organization) -> None:
    """Row and schema, for good. Tests and demo data only: closing an organization keeps its data."""
    with public_context():
        discard_schema(organization.schema_name)
        organization.delete()
