"""The moment of a restore: the organization points to another schema, and the one before is kept for a while."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import files
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.context import Tenant, public_context, require_tenant, tenant_context
from kernel.entitlements import may_use
from kernel.errors import Conflict, Invalid, NotFound
from kernel.wake import note_work
from tenants import sql
from tenants.archive.building import upgrade
from tenants.archive.exporting import AREA
from tenants.archive.people import carry_people
from tenants.archive.selectors import EXPORT_JOB, RESTORE, RESTORE_JOB, open_job
from tenants.models import Organization, RetiredSchema


def swap(schema: str, *, releases: dict[str, str], engines: list[str], habits: dict[str, Any], actor: Actor) -> Actor:
    """Make this schema the workspace's, in the caller's transaction; who the actor is there."""
    here = require_tenant()
    organization = _locked(here)
    retired = organization.schema_name
    allowed = _allowed(engines, organization)
    with public_context():
        gone, _rows = RetiredSchema.objects.filter(schema_name=schema).delete()
        if not gone:  # its time was over, and whoever removes such schemas has begun with it
            raise NotFound()
        RetiredSchema.objects.create(
            schema_name=retired, organization=organization, releases=organization.releases,
            engines=organization.engines, habits=habits_of(organization),
            drop_after=timezone.now() + timedelta(days=settings.ARCHIVE_BACK_DAYS),
        )  # fmt: skip
        organization.schema_name, organization.releases, organization.engines = schema, releases, allowed
        organization.language, organization.preferences = habits["language"], habits["preferences"]
        organization.save(update_fields=["schema_name", "releases", "engines", "language", "preferences"])
    there = organization.as_tenant()
    old, new = replace(here, operator=True), replace(there, operator=True)
    person = carry_people(old, new, actor.user_id) if actor.user_id else None
    _carry_archives(here, new)
    return replace(actor, user_id=person)


def habits_of(organization: Organization) -> dict[str, Any]:
    return {"language": organization.language, "preferences": organization.preferences}


def _locked(here: Tenant) -> Organization:
    with public_context():
        organization: Organization = Organization.objects.select_for_update().get(pk=here.id)
    if organization.schema_name != here.schema:
        raise Conflict(message=_("The workspace was restored by somebody else in the meantime."))
    return organization


def _allowed(engines: list[str], organization: Organization) -> list[str]:
    """Engines that were on then; one that is not on now only where the plan has it. Its data is there all the same."""
    tenant = organization.as_tenant()
    return [name for name in engines if name in organization.engines or may_use(tenant, name).allowed]


def _carry_archives(old: Tenant, new: Tenant) -> None:
    """Archives made so far are on the page of data afterwards too."""
    with tenant_context(new):
        sql.run(
            f"INSERT INTO kernel_job SELECT * FROM {sql.quoted(old.schema)}.kernel_job"  # noqa: S608 — a quoted name
            " WHERE kind = %s AND state = 'done' ON CONFLICT DO NOTHING",
            [EXPORT_JOB],
        )
    files.carry(AREA, old.schema, new.schema)


def ways_back() -> list[RetiredSchema]:
    """What the workspace was before it was restored, latest first, as long as it is kept."""
    here = require_tenant()
    with public_context():
        kept = RetiredSchema.objects.filter(organization=here.id, drop_after__gt=timezone.now()).exclude(releases={})
        return list(kept.order_by("-retired_at"))


@transaction.atomic
def go_back(schema: str, *, actor: Actor) -> None:
    """Undo a restore: the workspace as it was before. What is there now is kept for a while in its turn."""
    require(actor, RESTORE)
    way = next((one for one in ways_back() if one.schema_name == schema), None)
    if way is None:
        raise NotFound()
    if open_job(RESTORE_JOB):
        raise Invalid.one("", "restoring", _("A restore is under way. Wait for it, or stop it first."))
    releases = upgrade(schema, way.releases)
    here = require_tenant()
    who = swap(schema, releases=releases, engines=way.engines, habits=way.habits, actor=actor)
    with tenant_context(replace(here, schema=schema)):
        note_work()  # what waited there when it was left goes on
        record_act("went_back", actor=who, entity="organization", label=here.name, changes={
            "schema": [here.schema, schema],
        })  # fmt: skip
