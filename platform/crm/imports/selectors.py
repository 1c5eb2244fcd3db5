"""Reading imports: who may see a run, where it stands, and its table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.imports.plan import Plan, make_plan
from crm.imports.reader import LIMITS, BadFile, Column, Limits, ReadOptions, Table, open_table
from crm.models import ImportRun
from kernel import files
from kernel.access import Actor, entity_for
from kernel.context import require_tenant
from kernel.errors import NotFound
from kernel.models import Job
from kernel.registry import Entity, UnknownName, registry


def importable_entities(actor: Actor) -> list[Entity]:
    """What this person may import, customers first; what has no pages of its own (people, teams, stages) last."""
    found = [entity_for(actor, entity.name) for entity in registry.entities_of(require_tenant().engines)]
    allowed = [e for e in found if e.importable and e.editable_fields and actor.may(e.permission("import"))]
    return sorted(allowed, key=lambda entity: not entity.pages)


def entity_for_import(name: str, actor: Actor | None = None) -> Entity:
    """An importable entity by its name or plural, of an engine that is on; NotFound for all others.

    With `actor` as far as this person may set its fields.
    """
    try:
        entity = registry.entity(name)
    except UnknownName:
        try:
            entity = registry.by_plural(name)
        except UnknownName:
            raise NotFound() from None
    on = require_tenant().engines | registry.always_on()
    if entity.engine not in on or not entity.importable or not entity.editable_fields:
        raise NotFound()
    return entity if actor is None else entity_for(actor, entity.name)


def runs_visible_to(actor: Actor) -> QuerySet[ImportRun]:
    """One's own imports; those of others where one may import all of that entity."""
    entities = {entity.name: entity for entity in importable_entities(actor)}
    whole = [name for name, entity in entities.items() if actor.level(entity.permission("import")) == "all"]
    condition = Q(entity__in=whole)
    if actor.user_id is not None:
        condition |= Q(entity__in=list(entities), created_by_id=actor.user_id)
    return ImportRun.objects.filter(condition).order_by("-id")


def get_run_for(actor: Actor, pk: UUID | str, *, lock: bool = False) -> ImportRun:
    """Fetch and authorise in one call; NotFound covers absent, another's and another workspace's."""
    try:
        identifier = pk if isinstance(pk, UUID) else UUID(str(pk))
    except ValueError:
        raise NotFound() from None
    runs = runs_visible_to(actor)
    run = (runs.select_for_update() if lock else runs).filter(pk=identifier).first()
    if run is None:
        raise NotFound()
    return settle(run)


def settle(run: ImportRun) -> ImportRun:
    """Bring a run's state in line with a job that ended without being able to say so."""
    if run.is_open and run.job_id:
        job = Job.objects.filter(pk=run.job_id).first()
        ended = {Job.State.FAILED: ImportRun.State.FAILED, Job.State.CANCELLED: ImportRun.State.CANCELLED}
        if job is None or job.state in ended:
            run.state = ended[Job.State(job.state)] if job else ImportRun.State.FAILED
            run.finished_at = (job.finished_at if job else None) or timezone.now()
            run.save(update_fields=["state", "finished_at"])
    return run


def limits() -> Limits:
    return Limits(max_bytes=settings.IMPORT_MAX_BYTES, max_rows=getattr(settings, "IMPORT_MAX_ROWS", LIMITS.max_rows))


def table_of(run: ImportRun) -> Table:
    """The run's file, read as it was understood when it was uploaded (or as a person chose since)."""
    options = ReadOptions(run.table.get("encoding", ""), run.table.get("delimiter", ""), run.table.get("sheet", ""))
    try:
        path = files.path_of(run.file)
    except NotFound:
        raise BadFile("file_gone", _("The uploaded file is no longer here. Upload it again.")) from None
    return open_table(path, run.filename, options=options, limits=limits())


def columns_of(run: ImportRun) -> tuple[Column, ...]:
    return tuple(
        Column(index, column["name"], column["letter"], column["blank"])
        for index, column in enumerate(run.table.get("columns", ()))
    )


def plan_of(run: ImportRun, actor: Actor) -> Plan:
    entity = entity_for_import(run.entity, actor)
    return make_plan(entity, columns_of(run), run.mapping, run.match, run.options, actor=actor)


def counts_of(run: ImportRun) -> dict[str, Any]:
    return {
        "rows": run.rows, "made": run.made, "changed": run.changed, "unchanged": run.unchanged, "refused": run.refused,
    }  # fmt: skip
