"""Archives of the workspace: which there are, and who may have one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel import files
from kernel.access import Actor, require
from kernel.errors import NotFound
from kernel.models import Job
from tenants.archive.exporting import ref_of

EXPORT, RESTORE = "tenants.data.export", "tenants.data.restore"
EXPORT_JOB, RESTORE_JOB = "tenants.export", "tenants.restore"
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
    return [_archive(job) for job in Job.objects.filter(kind=EXPORT_JOB).order_by("-id")[:_MOST]]


def get_archive_for(actor: Actor, pk: UUID) -> Archive:
    require(actor, EXPORT)
    job = Job.objects.filter(kind=EXPORT_JOB, pk=pk).first()
    if job is None:
        raise NotFound()
    return _archive(job)


def _archive(job: Job) -> Archive:
    try:
        return Archive(job, files.path_of(ref_of(job)) if job.state == Job.State.DONE else None)
    except NotFound:
        return Archive(job, None)
