"""Archives of the workspace: which there are, and who may have one."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

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
            files.path_of(f"{area}/{pk}")
            return f"{area}/{pk}"
    raise NotFound(_("This archive is no longer here. Upload it again."))


def get_restore_for(actor: Actor, pk: UUID) -> Job:
    require(actor, RESTORE)
    job: Job | None = Job.objects.filter(kind=RESTORE_JOB, pk=pk).first()
    if job is None:
        raise NotFound()
    return job


def last_restore() -> Job | None:
    return Job.objects.filter(kind=RESTORE_JOB).order_by("-id").first()
