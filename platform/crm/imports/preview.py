"""The rehearsal: the import itself in a transaction that is rolled back, and what it would have done."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.imports.acting import actor_of
from crm.imports.batch import BatchWriter, Draft
from crm.imports.messages import pack
from crm.imports.plan import Plan
from crm.imports.run.job import BATCH_ROWS, batches
from crm.imports.selectors import plan_of, table_of
from crm.models import ImportRun
from kernel.access import Actor
from kernel.context import door
from kernel.ids import uuid7
from kernel.jobs import JobRun
from kernel.models import AuditEntry
from kernel.query import labels_for
from kernel.registry import Entity

#: Rows tried at once while somebody waits, and in the background: one transaction must not grow without end.
ROWS_AT_ONCE = 2_000
ROWS_IN_JOB = 20_000
_SAMPLES = 12
_GROUPS = 30


class _RollBack(Exception):
    pass


def run_preview(job: JobRun) -> None:
    with job.step():
        run = ImportRun.objects.get(pk=job.payload["run"])
        if run.state == ImportRun.State.DRAFT and run.preview_job == job.job.pk:
            run.preview = rehearse(run, actor=actor_of(job.job), most=ROWS_IN_JOB)
            run.save(update_fields=["preview"])


def rehearse(run: ImportRun, *, actor: Actor, most: int) -> dict[str, Any]:
    """Counts, grouped reasons and a sample of what the first `most` rows would do; nothing stays."""
    plan = plan_of(run, actor)
    report = _Report(plan, actor)
    rows = table_of(run).rows()
    with door("import"):
        try:
            with transaction.atomic():
                writer = BatchWriter(plan, actor=actor, batch=report.batch)
                for some in batches(_first(rows, most, report), BATCH_ROWS):
                    report.add(writer.write(some))
                report.related_made = writer.related_made
                report.explain()
                raise _RollBack
        except _RollBack:
            pass
    return report.as_json()


def _first(rows: Any, most: int, report: _Report) -> Any:
    for count, row in enumerate(rows):
        if count == most:
            report.complete = False
            return
        yield row


class _Report:
    def __init__(self, plan: Plan, actor: Actor) -> None:
        self.plan, self.actor, self.batch = plan, actor, uuid7()
        self.complete = True
        self.counts: Counter[str] = Counter()
        self.related_made: dict[str, int] = {}
        self.samples: list[dict[str, Any]] = []
        self._drafts: dict[str, list[tuple[int, UUID | None]]] = {"made": [], "changed": []}
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, drafts: list[Draft]) -> None:
        for draft in drafts:
            self.counts[draft.result] += 1
            shown = self._drafts.get(draft.result)
            if shown is not None and len(shown) < _SAMPLES:
                shown.append((draft.row.number, draft.id))
            for found in draft.problems[:1]:
                self._group(draft, found)

    def _group(self, draft: Draft, found: Any) -> None:
        own = (found.column or found.field, found.problem.code)
        if own not in self._groups and len(self._groups) < _GROUPS:
            self._groups[own] = {
                "column": found.column, "field": found.field, "code": found.problem.code, "rows": 0,
                "example": found.value[:120], "row": draft.row.number, **pack(found.problem.message).as_json(),
            }  # fmt: skip
        if own in self._groups:
            self._groups[own]["rows"] += 1

    def explain(self) -> None:
        """Old and new of a few rows, from the audit that is about to be rolled back with them."""
        chosen = [("changed", *pair) for pair in self._drafts["changed"]]
        chosen = (chosen + [("made", *pair) for pair in self._drafts["made"]])[:_SAMPLES]
        ids = [pk for _result, _row, pk in chosen if pk]
        entries = AuditEntry.objects.filter(batch=self.batch, entity=self.plan.entity.name, record_id__in=ids)
        by_record = {entry.record_id: entry for entry in entries.order_by("id")}
        for result, number, pk in chosen:
            entry = by_record.get(pk)
            if entry is not None:
                self.samples.append({
                    "row": number, "result": result, "label": entry.record_label,
                    "changes": _changes(self.plan.entity, entry.changes, self.actor),
                })  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        counts = {kind: self.counts[kind] for kind in ("made", "changed", "unchanged", "refused")}
        groups = sorted(self._groups.values(), key=lambda group: -group["rows"])
        return {
            **counts, "rows": sum(counts.values()), "complete": self.complete, "related_made": self.related_made,
            "problems": groups, "samples": self.samples,
        }  # fmt: skip


def _changes(entity: Entity, changes: dict[str, Any], actor: Actor) -> list[dict[str, Any]]:
    shown = []
    for name, (old, new) in changes.items():
        field = entity.all_fields.get(name)
        if field is None or field.readonly or name == entity.title:
            continue
        pair = {"field": name, "old": old, "new": new}
        if field.kind == "relation":
            ids = [UUID(value) for value in (old, new) if value]
            labels = {str(pk): label for pk, label in labels_for(field.target, ids, actor=actor).items()}
            pair |= {"old": labels.get(old or ""), "new": labels.get(new or "")}
        shown.append(pair)
    return shown
