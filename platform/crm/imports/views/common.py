"""What the wizard's pages share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.imports.selectors import entity_for_import, get_run_for, importable_entities
from crm.models import ImportRun
from kernel.access import Actor, denied
from kernel.registry import Entity


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by identity's middleware; the views ask for it
    return actor


def entities_of(request: HttpRequest) -> list[Entity]:
    """What this person may import; Denied where that is nothing."""
    entities = importable_entities(actor_of(request))
    if not entities:
        raise denied()
    return entities


def run_of(request: HttpRequest, pk: Any) -> tuple[ImportRun, Entity]:
    run = get_run_for(actor_of(request), pk)
    return run, entity_for_import(run.entity, actor_of(request))


def steps() -> list[str]:
    return [_("File"), _("Mapping"), _("Preview"), _("Import")]


def wizard(run: ImportRun, entity: Entity, step: int, **more: Any) -> dict[str, Any]:
    """Context of a step. 4 means under way; what is finished has no step any more."""
    title = _("Import: %(entity)s") % {"entity": entity.label_plural}
    return {"run": run, "entity": entity, "steps": steps(), "step": step, "title": title, **more}
