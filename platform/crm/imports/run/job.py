"""The job "crm.import": batches, each one transaction of records, refusals, counts and the checkpoint.

A worker killed in the middle loses the batch in hand and nothing else: the next one goes on behind the checkpoint.

Counts are of rows. A row is *made* when it brought its record into being, *changed* or *unchanged* when the record
was there, also when a row before it, or a relation, had just made it; `related_made` counts what relations made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.imports.acting import actor_of
from crm.imports.batch import BatchWriter, Draft
from crm.imports.messages import pack
from crm.imports.reader import BadFile, Row, Table
from crm.imports.selectors import limits, plan_of, table_of
from crm.models import ImportProblem, ImportRun
from kernel.access import Actor, require
from kernel.context import door
from kernel.errors import Invalid, KernelError
from kernel.jobs import Cancelled, JobRun

BATCH_ROWS = 2_000
_MOST_PROBLEMS = 20


def run_import(job: JobRun) -> None:
    with door("import"):
        try:
            with job.step():
                run, actor = _begin(job)
            _import(job, run, actor)
        except Cancelled:
            _end(job, ImportRun.State.CANCELLED)
            raise
        except KernelError as error:
            _end(job, ImportRun.State.FAILED, error)
            raise


def _begin(job: JobRun) -> tuple[ImportRun, Actor]:
    run = ImportRun.objects.select_for_update().get(pk=job.payload["run"])
    actor = actor_of(job.job)
    run.state, run.started_at = ImportRun.State.RUNNING, run.started_at or timezone.now()
    run.save(update_fields=["state", "started_at"])
    return run, actor


def _import(job: JobRun, run: ImportRun, actor: Actor) -> None:
    with job.step():
        plan = plan_of(run, actor)
        require(actor, plan.entity.permission("import"))
        path_check = table_of(run)  # before counting: a file that is gone or damaged fails at once
    if run.rows_total is None:
        total = count_rows(path_check)
        with job.step():
            run.rows_total = total
            run.save(update_fields=["rows_total"])
            job.progress(run.rows, total)
    writer = BatchWriter(plan, actor=actor, batch=run.batch)
    for rows in batches(path_check.rows(after=run.checkpoint), BATCH_ROWS):
        with job.step():
            write_batch(run, writer, rows)
            job.progress(run.rows, run.rows_total)
    with job.step():
        run.state, run.finished_at, run.rows_total = ImportRun.State.DONE, timezone.now(), run.rows
        run.save(update_fields=["state", "finished_at", "rows_total"])
        job.progress(run.rows, run.rows)


def count_rows(table: Table) -> int:
    """Rows that will be counted; raises BadFile beyond the limit, before anything is written."""
    most, count = limits().max_rows, 0
    for _row in table.rows():
        count += 1
        if count > most:
            raise BadFile("too_many_rows", _("The file has more rows than one import may have. Split it."))
    return count


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


def write_batch(run: ImportRun, writer: BatchWriter, rows: Sequence[Row]) -> list[Draft]:
    """Write rows, count them, keep what was wrong and move the checkpoint; inside the caller's transaction."""
    before = writer.related_made
    drafts = writer.write(rows)
    counts = Counter(draft.result for draft in drafts)
    if sum(counts[kind] for kind in ("made", "changed", "unchanged", "refused")) != len(rows):
        raise AssertionError(f"Rows were lost: {counts} for {len(rows)}")
    for kind in ("made", "changed", "unchanged", "refused"):
        setattr(run, kind, getattr(run, kind) + counts[kind])
    made = Counter(run.related_made) + Counter(writer.related_made) - Counter(before)
    run.related_made = dict(made)
    run.checkpoint = rows[-1].number
    ImportProblem.objects.bulk_create(
        (problem for draft in drafts for problem in problems_of(run, draft)), batch_size=2000
    )
    run.save(update_fields=["made", "changed", "unchanged", "refused", "related_made", "checkpoint"])
    return drafts


def problems_of(run: ImportRun, draft: Draft) -> Iterator[ImportProblem]:
    for found in draft.problems[:_MOST_PROBLEMS]:
        message = pack(found.problem.message)
        yield ImportProblem(
            run=run, row=draft.row.number, column=found.column[:200], field=found.field[:130],
            value=found.value[:300].replace("\x00", "␀"), code=found.problem.code[:60], message=message.pattern,
            params=dict(message.parts),
        )  # fmt: skip


@transaction.atomic
def _end(job: JobRun, state: str, error: KernelError | None = None) -> None:
    problem = {}
    if error is not None:
        first = (
            next((p for many in error.problems.values() for p in many), None) if isinstance(error, Invalid) else None
        )
        message = pack(first.message if first else error.message)
        problem = {"code": first.code if first else error.code, **message.as_json()}
    ImportRun.objects.filter(pk=job.payload["run"]).update(state=state, finished_at=timezone.now(), problem=problem)
