"""Asking for an archive, and for what was in one."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel import files
from kernel.access import Actor, require, system_actor
from kernel.audit import record_act
from kernel.context import require_tenant, tenant_context
from kernel.errors import Invalid
from kernel.formats import filesize
from kernel.jobs import start_job
from kernel.models import Job
from tenants.archive.checking import BadArchive, check_archive
from tenants.archive.fitting import check_fits
from tenants.archive.manifest import Manifest
from tenants.archive.selectors import EXPORT, EXPORT_JOB, RESTORE, RESTORE_JOB, UPLOADS, file_of, open_job, uploaded
from tenants.models import Organization
from tenants.selectors import current_organization

#: Larger archives are read as a whole by the job only, before anything of them counts.
_AT_ONCE: Final = 256 * 1024 * 1024


@transaction.atomic
def start_export(*, actor: Actor) -> Job:
    """Have everything written into one ZIP. One at a time: asked again, it is the one under way."""
    require(actor, EXPORT)
    return open_job(EXPORT_JOB) or start_job(EXPORT_JOB, actor=actor, payload={})


@transaction.atomic
def make_final(organization: Organization) -> bool:
    """Have the last archive of an organization that leaves made; True once it is there.

    It is kept until everything of the organization is erased.
    """
    with tenant_context(organization.as_tenant()):
        made = Job.objects.filter(kind=EXPORT_JOB, payload__final=True, state=Job.State.DONE).order_by("-id").first()
        if made is not None and file_of(made) is not None:
            return True
        if open_job(EXPORT_JOB, payload__final=True) is None:
            start_job(EXPORT_JOB, actor=system_actor("Peyvand"), payload={"final": True})
    return False


def note_download(job: Job, *, actor: Actor) -> None:
    require(actor, EXPORT)
    record_act("downloaded", actor=actor, entity="organization", label=require_tenant().name, changes={
        "archive": [None, str(job.pk)],
    })  # fmt: skip


def keep_upload(*, actor: Actor, chunks: Iterable[bytes]) -> UUID:
    """Keep an archive to be looked at; BadArchive for what could not be restored here, and then nothing is kept."""
    require(actor, RESTORE)
    ref = files.save(UPLOADS, _bounded(chunks))
    try:
        examine(ref)
    except BaseException:
        files.delete(ref)
        raise
    return UUID(ref.partition("/")[2])


def examine(ref: str, *, contents: bool = True) -> Manifest:
    """What is in an archive that may be restored here; BadArchive with the reason where it may not."""
    path = files.path_of(ref)
    manifest = check_archive(path, contents=contents and path.stat().st_size <= _AT_ONCE)
    check_fits(manifest)
    return manifest


def _bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    total, most = 0, settings.ARCHIVE_MAX_BYTES
    for chunk in chunks:
        total += len(chunk)
        if total > most:
            message = _("The file is larger than {limit}. Ask your provider to restore it.")
            raise BadArchive("too_large", message, limit=filesize(most))
        yield chunk


@transaction.atomic
def start_restore(*, actor: Actor, archive: UUID, typed: str) -> Job:
    """Put the archive in the place of everything. `typed` is the workspace's name, written by whoever wants this."""
    ref = uploaded(actor, archive)
    organization = current_organization()
    if typed.strip().casefold() not in (organization.name.casefold(), organization.subdomain):
        message = _("Type the workspace's name exactly, so that nothing is replaced by mistake.")
        raise Invalid.one("typed", "mismatch", message)
    if under_way := open_job(RESTORE_JOB):
        return under_way
    examine(ref)
    return start_job(RESTORE_JOB, actor=actor, payload={"ref": ref})


def discard_upload(*, actor: Actor, archive: UUID) -> None:
    ref = uploaded(actor, archive)
    if ref.startswith(f"{UPLOADS}/"):
        files.delete(ref)
