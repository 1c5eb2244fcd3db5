"""Bulk acts of any size as a job: in steps that can be stopped and resumed, undone as a whole."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.imports.acting import actor_of
from crm.pages.bulk_plan import Selection, selected
from crm.pages.carried import carried, carry
from crm.services.tags import add_tag, remove_tag
from kernel.access import Actor, entity_for, require
from kernel.clean import clean_values
from kernel.errors import NotFound
from kernel.ids import uuid7
from kernel.jobs import JobRun, start_job
from kernel.models import Job
from kernel.records import Outcome, bulk_delete, bulk_update, size_of_batch, undo_part
from kernel.registry import Entity

EDIT, DELETE, TAG, UNDO = "crm.bulk_edit", "crm.bulk_delete", "crm.bulk_tag", "crm.bulk_undo"
EXPORT, AUDIT_EXPORT = "crm.list_export", "crm.audit_export"
#: Kinds whose work is a file to fetch.
FILES = (EXPORT, AUDIT_EXPORT)
STEP = 1_000

Act = Callable[[Entity, Sequence[UUID], Actor, UUID], Outcome]


def start_bulk_edit(
    entity: Entity, selection: Selection, typed: Mapping[str, Any], *, actor: Actor, total: int | None
) -> Job:
    """Begin to give all these records the typed values."""
    require(actor, entity.permission("change"))
    return start_job(EDIT, actor=actor, payload={**_payload(entity, selection), "typed": dict(typed)}, total=total)


def start_bulk_delete(entity: Entity, selection: Selection, *, actor: Actor, total: int | None) -> Job:
    """Begin to put all these records away."""
    require(actor, entity.permission("delete"))
    return start_job(DELETE, actor=actor, payload=_payload(entity, selection), total=total)


def start_bulk_tagging(
    entity: Entity, selection: Selection, tag: UUID, *, off: bool, actor: Actor, total: int | None
) -> Job:
    """Begin to put a tag on all these records, or to take it off."""
    require(actor, entity.permission("change"))
    return start_job(
        TAG, actor=actor, payload={**_payload(entity, selection), "tag": str(tag), "off": off}, total=total
    )


def _payload(entity: Entity, selection: Selection) -> dict[str, Any]:
    return {
        "entity": entity.name, "state": selection.state, "everything": selection.everything,
        "ids": [str(pk) for pk in selection.ids], "batch": str(uuid7()), **carry(),
    }  # fmt: skip


def run_bulk_edit(job: JobRun) -> None:
    def change(entity: Entity, ids: Sequence[UUID], actor: Actor, batch: UUID) -> Outcome:
        values = clean_values(entity, job.payload["typed"], actor=actor, partial=True)
        return bulk_update(entity, ids, actor=actor, values=values, batch=batch)

    _run(job, "change", change)


def run_bulk_delete(job: JobRun) -> None:
    def put_away(entity: Entity, ids: Sequence[UUID], actor: Actor, batch: UUID) -> Outcome:
        return bulk_delete(entity, ids, actor=actor, batch=batch)

    _run(job, "delete", put_away)


def run_bulk_tagging(job: JobRun) -> None:
    def tag(entity: Entity, ids: Sequence[UUID], actor: Actor, batch: UUID) -> Outcome:
        act = remove_tag if job.payload["off"] else add_tag
        return act(entity, ids, UUID(job.payload["tag"]), actor=actor, batch=batch)

    _run(job, "change", tag)


def _run(job: JobRun, action: str, act: Act) -> None:
    """By id, so that a record that leaves the filter by its change neither hides others nor comes twice."""
    given = job.payload
    # Records are numbered by time: what is made after the act began is not part of it.
    upto = UUID(given["batch"])
    with carried(given):
        going = True
        while going:
            with job.step():
                actor = actor_of(job.job)
                entity = entity_for(actor, given["entity"])
                require(actor, entity.permission(action))
                selection = Selection(tuple(UUID(pk) for pk in given["ids"]), given["state"], given["everything"])
                going = _step(job, entity, selection, actor, upto, act)


def _step(job: JobRun, entity: Entity, selection: Selection, actor: Actor, upto: UUID, act: Act) -> bool:
    data = job.data
    rows = selected(entity, selection, actor).filter(pk__lt=upto)
    if last := data.get("last"):
        rows = rows.filter(pk__gt=UUID(last))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:STEP])
    outcome = act(entity, ids, actor, upto)
    told = {name: data.get(name, 0) + getattr(outcome, name) for name in ("changed", "unchanged", "refused")}
    done = job.job.done + len(ids)
    job.progress(
        done, max(done, job.job.total or 0) if len(ids) == STEP else done, **told, last=str(ids[-1]) if ids else last
    )
    job.job.result = {**told, "batch": str(upto)}
    return len(ids) == STEP


def start_bulk_undo(batch: UUID, *, actor: Actor) -> Job:
    """Begin to take back a large act as a whole."""
    total = size_of_batch(batch)
    if not total:
        raise NotFound()
    payload = {"batch": str(batch), "into": str(uuid7()), **carry()}
    return start_job(UNDO, actor=actor, payload=payload, total=total)


def run_bulk_undo(job: JobRun) -> None:
    given, going = job.payload, True
    while going:
        with job.step(), carried(given):
            data = job.data
            after = UUID(data["last"]) if data.get("last") else None
            outcome, last = undo_part(
                UUID(given["batch"]), actor=actor_of(job.job), after=after, most=STEP, into=UUID(given["into"])
            )
            told = {name: data.get(name, 0) + getattr(outcome, name) for name in ("changed", "refused")}
            job.progress(job.job.done + outcome.changed + outcome.refused, job.job.total, **told, last=str(last or ""))
            job.job.result = {**told, "batch": given["into"]}
            going = last is not None


def job_for(actor: Actor, pk: UUID) -> Job:
    """A job of these kinds that this person started; NotFound otherwise."""
    found = Job.objects.filter(pk=pk, created_by_id=actor.user_id, kind__in=(EDIT, DELETE, TAG, UNDO, *FILES)).first()
    if found is None or actor.user_id is None:
        raise NotFound()
    return found


@transaction.atomic
def resume_job(pk: UUID, *, actor: Actor) -> Job:
    """Go on with a job that was stopped or failed, behind what it has done."""
    old = job_for(actor, pk)
    if old.state not in (Job.State.CANCELLED, Job.State.FAILED):
        return old
    new = start_job(old.kind, actor=actor, payload=old.payload, total=old.total)
    Job.objects.filter(pk=new.pk).update(done=old.done, state_data=old.state_data, result=old.result)
    return new
