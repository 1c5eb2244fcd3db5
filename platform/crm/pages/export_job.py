"""A long list as a file, written by a job and kept for a few days."""

from typing import Any
from uuid import UUID

from crm.imports.acting import actor_of
from crm.pages.bulk_job import EXPORT
from crm.pages.carried import carried, carry
from crm.pages.export import TYPES, Wish, name_of, write_export
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange
from kernel import files
from kernel.access import entity_for, require
from kernel.jobs import JobRun, start_job
from kernel.models import Job

AREA = "exports"


def start_export(setting: Setting, wish: Wish, *, total: int | None) -> Job:
    require(setting.actor, setting.entity.permission("export"))
    payload = {
        "entity": setting.entity.name, "state": setting.state.query(), "kind": wish.kind, "dates": wish.dates,
        "columns": list(wish.columns), "ids": [str(pk) for pk in wish.ids],
        "name": name_of(setting.entity, wish.kind), **carry(),
    }  # fmt: skip
    return start_job(EXPORT, actor=setting.actor, payload=payload, total=total)


def ref_of(job: Job) -> str:
    """Where the file of this job lies; the job's id is its name."""
    return f"{AREA}/{job.pk}"


def run_export(job: JobRun) -> None:
    """From the beginning each time: half a file is none. What may be seen is decided now, not when it was asked for."""
    given: dict[str, Any] = job.payload
    with job.step():
        actor = actor_of(job.job)
        entity = entity_for(actor, given["entity"])
        require(actor, entity.permission("export"))
    wish = Wish(given["kind"], given["dates"], tuple(given["columns"]), tuple(UUID(pk) for pk in given["ids"]))
    done, ref = 0, ref_of(job.job)

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        job.progress(done, max(done, job.job.total or 0))

    with carried(given), files.write(ref) as target:
        with job.step():
            setting = arrange(entity, from_query(entity, given["state"]), actor=actor)
        written = write_export(setting, wish, target, step)
    job.job.result = {"rows": written}
    job.progress(written, written)


def file_name(job: Job) -> str:
    return str(job.payload["name"])


def file_type(job: Job) -> str:
    return TYPES[str(job.payload["kind"])]
