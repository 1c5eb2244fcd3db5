"""Asking for an archive, and for what was in one."""

from django.db import transaction

from kernel.access import Actor, require, system_actor
from kernel.context import tenant_context
from kernel.jobs import start_job
from kernel.models import Job
from tenants.archive.selectors import EXPORT, EXPORT_JOB, open_job
from tenants.models import Organization


@transaction.atomic
def start_export(*, actor: Actor) -> Job:
    """Have everything written into one ZIP. One at a time: asked again, it is the one under way."""
    require(actor, EXPORT)
    return open_job(EXPORT_JOB) or start_job(EXPORT_JOB, actor=actor, payload={})


@transaction.atomic
def make_final(organization: Organization) -> Job:
    """The last archive of an organization that leaves; it is kept until everything of it is erased."""
    with tenant_context(organization.as_tenant()):
        return open_job(EXPORT_JOB, payload__final=True) or start_job(EXPORT_JOB, actor=system_actor("Peyvand"), payload={"final": True})
