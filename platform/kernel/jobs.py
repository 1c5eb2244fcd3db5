"""Long work that survives: a row with a lease, run by whichever worker takes it, resumed when that worker dies."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from kernel.access import Actor
from kernel.context import door, require_tenant
from kernel.errors import KernelError, NotFound
from kernel.models import Job
from kernel.registry import registry
from kernel.wake import note_work, wake

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
ATTEMPTS = 5
_State = Job.State


class Cancelled(Exception):
    """Somebody asked for the job to stop; what it did so far stays."""


class LostLease(Exception):
    """Another worker has this job now; this one must stop at once."""


def start_job(kind: str, *, actor: Actor, payload: dict[str, Any], total: int | None = None) -> Job:
    """Write the job down in the caller's transaction; a worker is woken when that is committed."""
    if kind not in _handlers():
        raise LookupError(f"No engine declares a job {kind!r}.")
    job = Job.objects.create(
        kind=kind, created_by_id=actor.user_id, created_by_label=actor.label[:200], payload=payload, total=total
    )
    note_work()
    wake("job", require_tenant().schema, str(job.pk))
    return job


def _handlers() -> dict[str, tuple[str, str]]:
    return {kind: (module.name, path) for module in registry.modules for kind, path in module.jobs.items()}


@transaction.atomic
def cancel_job(job_id: UUID, *, actor: Actor) -> Job:
    """Ask a job to stop. One that has not begun is stopped here; a running one at its next step."""
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None or not (actor.system or job.created_by_id == actor.user_id or actor.may("identity.user.manage")):
        raise NotFound()
    job.cancel_requested = True
    if job.state == _State.WAITING:
        job.state, job.finished_at = _State.CANCELLED, timezone.now()
    job.save(update_fields=["cancel_requested", "state", "finished_at"])
    return job


class JobRun:
    """A job in a worker's hands. Handlers do their work in steps, each `with run.step(done=…, …):`."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def payload(self) -> dict[str, Any]:
        return dict(self.job.payload)

    @property
    def data(self) -> dict[str, Any]:
        """What earlier steps kept for resuming."""
        return dict(self.job.state_data)

    @contextmanager
    def step(self) -> Iterator["JobRun"]:
        """One transaction of work together with its progress: after a kill, work and progress agree.

        Raises Cancelled when somebody asked to stop, LostLease when the lease went to another worker.
        """
        with transaction.atomic():
            self._hold()
            yield self
            self._renew()

    def progress(self, done: int, total: int | None = None, **state_data: Any) -> None:
        """Note progress and what a resumed run needs; written when the step ends (or at once outside one)."""
        self.job.done = done
        self.job.total = self.job.total if total is None else total
        self.job.state_data = {**self.job.state_data, **state_data}
        if not transaction.get_connection().in_atomic_block:
            with self.step():
                pass

    def _hold(self) -> None:
        mine = Job.objects.select_for_update().filter(pk=self.job.pk, state=_State.RUNNING, attempts=self.job.attempts)
        row = mine.first()
        if row is None:
            raise LostLease()
        if row.cancel_requested:
            raise Cancelled()

    def _renew(self) -> None:
        Job.objects.filter(pk=self.job.pk).update(
            done=self.job.done, total=self.job.total, state_data=self.job.state_data, result=self.job.result,
            leased_until=timezone.now() + LEASE,
        )  # fmt: skip


def run_job(job_id: UUID | str) -> bool:
    """Run one job of the bound workspace, if it is due and free; True when it was taken."""
    job = _take(Q(pk=job_id))
    if job is None:
        return False
    _run(JobRun(job))
    return True


def run_due() -> int:
    """Run every job that is due and free: what the sweep does, and how a killed worker's work goes on."""
    ran = 0
    while job := _take(Q()):
        _run(JobRun(job))
        ran += 1
    return ran


def pause_jobs() -> int:
    """Take running jobs back from their workers, who stop at the next step: the workspace has become read-only.

    They wait with what they did and go on from there once it is open again. Jobs that only read go on.
    """
    running = Job.objects.filter(state=_State.RUNNING).exclude(kind__in=registry.reading_jobs())
    return running.update(state=_State.WAITING, leased_until=None)


def _take(which: Q) -> Job | None:
    now = timezone.now()
    if require_tenant().read_only:
        which &= Q(kind__in=registry.reading_jobs())
    free = Q(state=_State.WAITING, next_at__lte=now) | Q(state=_State.RUNNING, leased_until__lt=now)
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(which, free).order_by("next_at", "id").first()
        if job is None:
            return None
        job.state, job.attempts, job.leased_until = _State.RUNNING, job.attempts + 1, now + LEASE
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "attempts", "leased_until", "started_at"])
    return job


def _run(run: JobRun) -> None:
    handlers, job = _handlers(), run.job
    engine, path = handlers.get(job.kind, ("", ""))
    if not path or (engine not in require_tenant().engines and engine not in registry.always_on()):
        _end(job, _State.CANCELLED, error="engine is off")
        return
    try:
        with door("job"):
            import_string(path)(run)
    except LostLease:
        return
    except Cancelled:
        _end(job, _State.CANCELLED)
    except KernelError as error:
        _end(job, _State.FAILED, error=str(error))
    except Exception as error:  # whatever a handler does wrong is kept and shown, and tried again
        log.exception("Job %s (%s) failed", job.pk, job.kind)
        _again(job, error)
    else:
        _end(job, _State.DONE)


def _end(job: Job, state: str, error: str = "") -> None:
    _let_go(
        job, state=state, error=error[:2000], finished_at=timezone.now(),
        done=job.done, total=job.total, result=job.result,
    )  # fmt: skip


def _again(job: Job, error: Exception) -> None:
    if job.attempts >= ATTEMPTS:
        _end(job, _State.FAILED, error=repr(error))
        return
    later = timezone.now() + timedelta(seconds=2**job.attempts)
    _let_go(job, state=_State.WAITING, error=repr(error)[:2000], next_at=later)


@transaction.atomic
def _let_go(job: Job, **values: Any) -> None:
    """Write how a run ended; unless the lease is another worker's by now, or nobody's: then it is not ours to say."""
    Job.objects.filter(pk=job.pk, state=_State.RUNNING, attempts=job.attempts).update(leased_until=None, **values)
