"""The job that fills calculated fields, as their page shows it."""

from __future__ import annotations

from django.db import transaction

from kernel import formats
from kernel.access import Actor, require, system_actor
from kernel.derived.refilling import REFILL
from kernel.jobs import cancel_job, start_job
from kernel.models import Job

_GOING = (Job.State.WAITING, Job.State.RUNNING)
_STOPPED = (Job.State.CANCELLED, Job.State.FAILED)


def job_of(entity: str) -> Job | None:
    """The last job that calculates all records of an entity, where there is something to say of it."""
    rows = Job.objects.filter(kind=REFILL, payload__entity=entity, payload__relation="")
    job = rows.order_by("-id").first()
    if job is None or job.state not in (*_GOING, *_STOPPED):
        return None
    job.going = job.state in _GOING  # type: ignore[attr-defined]  # for the template
    counts = {"done": formats.num(job.done), "total": formats.num(job.total or 0)}
    job.whole = job.total or 1  # type: ignore[attr-defined]  # as above
    job.text = f"{counts['done']} / {counts['total']}" if job.total else ""  # type: ignore[attr-defined]  # as above
    return job


def stop_filling(entity: str, *, actor: Actor) -> None:
    """Stop it at its next step; records that it has not come to keep what they have."""
    require(actor, "crm.customization.manage")
    job = job_of(entity)
    if job is not None and job.state in _GOING:
        cancel_job(job.pk, actor=system_actor("formulas"))  # it belongs to nobody


@transaction.atomic
def resume_filling(entity: str, *, actor: Actor) -> None:
    """Go on behind what was done."""
    require(actor, "crm.customization.manage")
    old = job_of(entity)
    if old is None or old.state not in _STOPPED:
        return
    new = start_job(REFILL, actor=system_actor("formulas"), payload=old.payload, total=old.total)
    Job.objects.filter(pk=new.pk).update(done=old.done, state_data=old.state_data)
