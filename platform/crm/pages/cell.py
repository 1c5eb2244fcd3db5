"""One value, edited where it stands. GET answers its editor, POST keeps it and answers how it looks now."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from crm.pages.cells import cell
from crm.pages.controls import make_controls, make_related, raw_value, typed_values
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url
from kernel.access import Actor, get_record_for
from kernel.clean import clean_values
from kernel.errors import Conflict, Invalid, NotFound, Problem
from kernel.records import update_record
from kernel.registry import Entity, Field


def edit_cell(request: HttpRequest, pk: UUID, name: str, *, entity: Entity) -> HttpResponse:
    field = entity.all_fields.get(name)
    if field is None or field.readonly:
        raise NotFound()
    actor = actor_of(request)
    if request.method != "POST":
        record = get_record_for(actor, entity, pk, "change")
        return _editor(request, entity, field, record, raw_value(field, record))
    typed = typed_values([field], request.POST)
    try:
        record = save_cell(entity, field, pk, typed, request.POST.get("was", ""), request.POST.get("version"), actor)
    except Invalid as error:
        record = get_record_for(actor, entity, pk, "change")
        problems = error.problems.get(name) or [p for several in error.problems.values() for p in several]
        return _editor(request, entity, field, record, typed.get(name, ""), problems, status=422)
    except Conflict as error:
        return _editor(request, entity, field, error.current, typed.get(name, ""), [_told(field, error, actor)], 409)
    links = "links" in request.GET
    labels = Labels(actor).load([record], [field])
    html = cell(field, record, labels, links=links)
    response = render(request, "crm/cell_value.html", {"html": html, "label": field.label, "links": links})
    # Beside a link the value stands outside the cell, so the page draws itself again.
    audit = getattr(record, "audit_id", None)
    undo = f"/undo/{audit}/" if audit else ""
    event = "pv:changed" if links and "<a " in html else "pv:saved"
    return trigger_client_event(response, event, {"id": str(pk), "field": name, "undo": undo})


def save_cell(
    entity: Entity, field: Field, pk: UUID, typed: dict[str, str], was: str, version: str | None, actor: Actor
) -> Any:
    """Keep one value. Somebody's change of another field is no conflict; of this one it is."""
    with transaction.atomic():
        record = get_record_for(actor, entity, pk)
        values = clean_values(
            entity, make_related([field], typed, actor=actor), actor=actor, partial=True, record=record
        )
        seen = int(version) if version and version.isdigit() else None
        try:
            return update_record(entity, pk, actor=actor, values=values, version=seen)
        except Conflict as error:
            if raw_value(field, error.current) != was:
                raise
            return update_record(entity, pk, actor=actor, values=values, version=error.current.version)


def _told(field: Field, error: Conflict, actor: Actor) -> Problem:
    theirs = Labels(actor).load([error.current], [field])
    shown = cell(field, error.current, theirs) or _("empty")
    plain = format_html("{}", shown)
    message = _("Somebody has changed this meanwhile to: %s. Enter keeps yours, Esc leaves.") % plain
    return Problem("conflict", message)


def _editor(
    request: HttpRequest, entity: Entity, field: Field, record: Any, value: str,
    problems: list[Problem] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    controls = make_controls(
        [field], {field.name: value}, actor=actor_of(request), record=record, problems={field.name: problems or []}
    )
    action = entity_url(entity, "cell", record.pk, field.name, query="links" if "links" in request.GET else "")
    context = {
        "control": controls[field.name], "entity": entity, "record": record, "action": action,
        "was": raw_value(field, record),
    }  # fmt: skip
    return render(request, "crm/cell.html", context, status=status)
