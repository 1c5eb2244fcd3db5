"""Archives of the workspace: which there are, and who may have one."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import files
from kernel.access import Actor, require
from kernel.errors import NotFound
from kernel.models import Job
from tenants.archive.exporting import AREA, FINAL, ref_of

EXPORT, RESTORE = "tenants.data.export", "tenants.data.restore"
EXPORT_JOB, RESTORE_JOB = "tenants.export", "tenants.restore"
#: Where archives lie that people upload.
UPLOADS = "restores"
_OPEN = (Job.State.WAITING, Job.State.RUNNING)
_MOST = 50
_GONE = _("This archive is no longer here. Upload it again.")


@dataclass(frozen=True)
class Archive:
    """An export that was asked for. `path` is None until it is done, and again when its file was swept away."""

    job: Job
    path: Path | None

    @property
    def size(self) -> int:
        return int(self.job.result.get("size", 0))

    @property
    def is_open(self) -> bool:
        return self.job.state in _OPEN


def open_job(kind: str, **more: Any) -> Job | None:
    """The job of this kind that waits or runs, if there is one."""
    return Job.objects.filter(kind=kind, state__in=_OPEN, **more).order_by("-id").first()


def archives_for(actor: Actor) -> list[Archive]:
    """Newest first."""
    require(actor, EXPORT)
    return [Archive(job, file_of(job)) for job in Job.objects.filter(kind=EXPORT_JOB).order_by("-id")[:_MOST]]


def get_archive_for(actor: Actor, pk: UUID) -> Archive:
    require(actor, EXPORT)
    job = Job.objects.filter(kind=EXPORT_JOB, pk=pk).first()
    if job is None:
        raise NotFound()
    return Archive(job, file_of(job))


def file_of(job: Job) -> Path | None:
    """Where the archive of this job lies; None while it is not done, and when it was swept away."""
    try:
        return files.path_of(ref_of(job)) if job.state == Job.State.DONE else None
    except NotFound:
        return None


def uploaded(actor: Actor, pk: UUID) -> str:
    """The reference of an archive that may be restored here: one that was uploaded, or made here earlier."""
    require(actor, RESTORE)
    for area in (UPLOADS, AREA, FINAL):
        with suppress(NotFound):
            archive_at(f"{area}/{pk}")
            return f"{area}/{pk}"
    raise NotFound(_GONE)


def archive_at(ref: str) -> Path:
    try:
        return files.path_of(ref)
    except NotFound:
        raise NotFound(_GONE) from None


def get_restore_for(actor: Actor, pk: UUID) -> Job:
    require(actor, RESTORE)
    job: Job | None = Job.objects.filter(kind=RESTORE_JOB, pk=pk).first()
    if job is None:
        raise NotFound()
    return job


def failed_restore() -> Job | None:
    """The last restore where it failed, for as long as somebody may still wonder."""
    last = Job.objects.filter(kind=RESTORE_JOB).order_by("-id").first()
    if last is None or last.state != Job.State.FAILED or last.finished_at is None:
        return None
    return last if last.finished_at > timezone.now() - timedelta(days=1) else None
