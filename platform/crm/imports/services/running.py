"""Starting, stopping and trying out an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.imports.detect import propose_match
from crm.imports.plan import Mapped, targets_of
from crm.imports.preview import ROWS_AT_ONCE, rehearse
from crm.imports.reader import ReadOptions
from crm.imports.selectors import entity_for_import, get_run_for, plan_of, table_of
from crm.imports.services.choosing import choose, draft_of
from crm.imports.services.uploading import remember, upload
from crm.models import ImportRun
from kernel import files
from kernel.access import Actor, require
from kernel.errors import Conflict
from kernel.jobs import cancel_job, start_job


@transaction.atomic
def start_import(pk: Any, *, actor: Actor) -> ImportRun:
    """Hand the draft to a worker; its choices are remembered for the next such file."""
    run = draft_of(actor, pk)
    require(actor, entity_for_import(run.entity).permission("import"))
    plan_of(run, actor)  # raises what is wrong with the choices while somebody is there to mend them
    remember(run)
    job = start_job("crm.import", actor=actor, payload={"run": str(run.pk)}, total=run.table.get("rows_hint"))
    run.state, run.job_id = ImportRun.State.WAITING, job.pk
    run.save(update_fields=["state", "job_id"])
    return run


@transaction.atomic
def import_file(
    *, actor: Actor, entity: str, filename: str, chunks: Iterable[bytes], mapping: Mapped | None = None,
    match: Sequence[str] | None = None, options: Mapping[str, Any] | None = None,
) -> ImportRun:  # fmt: skip
    """Upload, choose and start in one go, as programs do. Not given: as proposed. On failure nothing stays."""
    given = dict(options or {})
    read = ReadOptions(**{name: str(given.get(name) or "") for name in ("encoding", "delimiter", "sheet")})
    run = upload(actor=actor, entity=entity, filename=filename, chunks=chunks, options=read)
    try:
        if mapping is not None or match is not None or given:
            chosen = run.mapping if mapping is None else mapping
            if match is None and mapping is not None:
                targets = {column: path for column, paths in mapping.items() for path in targets_of(paths)[:1]}
                match = propose_match(entity_for_import(run.entity, actor), targets)
            match = run.match if match is None else match
            run = choose(run.pk, actor=actor, mapping=chosen, match=match, options=given)
        return start_import(run.pk, actor=actor)
    except BaseException:
        files.delete(run.file)
        raise


@transaction.atomic
def start_preview(pk: Any, *, actor: Actor) -> ImportRun:
    """Try the draft out in the background; the page asks for the outcome."""
    run = draft_of(actor, pk)
    plan_of(run, actor)
    run.preview, run.preview_job = {}, start_job("crm.import_preview", actor=actor, payload={"run": str(run.pk)}).pk
    run.save(update_fields=["preview", "preview_job"])
    return run


@transaction.atomic
def prepare_preview(pk: Any, *, actor: Actor) -> ImportRun:
    """Try a short file out at once, a long one in the background."""
    run = draft_of(actor, pk)
    if len(table_of(run).head(ROWS_AT_ONCE + 1)) > ROWS_AT_ONCE:
        return start_preview(pk, actor=actor)
    run.preview, run.preview_job = rehearse(run, actor=actor, most=ROWS_AT_ONCE), None
    run.save(update_fields=["preview", "preview_job"])
    return run


@transaction.atomic
def cancel_import(pk: Any, *, actor: Actor) -> ImportRun:
    """Stop a run: at once when no worker has begun, else after the batch in hand. What is done stays."""
    run = get_run_for(actor, pk)
    if not run.is_open or run.job_id is None:
        raise Conflict()
    require(actor, entity_for_import(run.entity).permission("import"))
    job = cancel_job(run.job_id, actor=actor)
    if job.state == job.State.CANCELLED:
        run.state, run.finished_at = ImportRun.State.CANCELLED, timezone.now()
        run.save(update_fields=["state", "finished_at"])
    return run


@transaction.atomic
def delete_draft(pk: Any, *, actor: Actor) -> None:
    run = draft_of(actor, pk)
    transaction.on_commit(lambda: files.delete(run.file))
    run.delete()
