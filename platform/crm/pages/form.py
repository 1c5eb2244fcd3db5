"""Making and editing a record on a form: a page of its own, or a drawer beside what one is doing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from crm.pages.cells import cell
from crm.pages.conflict import Clash, merge
from crm.pages.controls import make_controls, make_related, raw_of, raw_value, typed_values
from crm.pages.explaining import may_know
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url, layout_of
from kernel.access import Actor, get_record_for
from kernel.clean import blank, clean_values, default_of
from kernel.errors import Conflict, Invalid, Problem
from kernel.records import create_record, update_record
from kernel.registry import Entity, Field


@dataclass
class Draft:
    """What the form shows: values as typed, what was there before, problems and clashes."""

    values: Mapping[str, str]
    was: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, list[Problem]] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)
    record: Any = None
    status: int = 200


@dataclass(frozen=True)
class Shown:
    """A value that stands among the controls and cannot be typed."""

    field: Field
    name: str
    html: str
    how_url: str
    shape: str = "shown"
    error: str = ""


def form_fields(entity: Entity) -> list[Field]:
    names = [name for section in entity.sections for name in section.fields]
    return [entity.field(name) for name in dict.fromkeys(names) if not entity.field(name).readonly]


def create(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    actor = actor_of(request)
    if request.method != "POST":
        return _form(request, entity, Draft(blank_values(entity, actor, request.GET.dict())))
    typed = typed_values(form_fields(entity), request.POST)
    try:
        record = make_record(entity, typed, actor=actor)
    except Invalid as error:
        return _form(request, entity, Draft(typed, problems=error.problems, status=422))
    message = _("“%s” was added") % entity.title_of(record)
    return _done(request, entity, record, message)


@transaction.atomic
def make_record(entity: Entity, typed: Mapping[str, str], *, actor: Actor) -> Any:
    """Make a record from what was typed, with the related records that were named as new."""
    given = make_related(entity.editable_fields, {k: v for k, v in typed.items() if v != ""}, actor=actor)
    return create_record(entity, actor=actor, values=clean_values(entity, given, actor=actor, partial=False))


def blank_values(entity: Entity, actor: Actor, given: Mapping[str, str]) -> dict[str, str]:
    """What a blank form starts with: what the address says, then the fields' defaults, and oneself as owner."""
    values: dict[str, str] = {}
    known: dict[str, Any] = {}
    for one in form_fields(entity):
        if one.name in given:
            values[one.name] = given[one.name][:2000]
        elif one.default is not None:
            known[one.name] = default_of(one, actor, known)
            values[one.name] = raw_of(one, known[one.name])
        elif one.name == entity.owner and actor.user_id:
            values[one.name] = str(actor.user_id)
        elif one.kind == "bool":
            values[one.name] = raw_of(one, blank(entity, one))
    return values


def edit(request: HttpRequest, pk: UUID, *, entity: Entity) -> HttpResponse:
    actor = actor_of(request)
    record = get_record_for(actor, entity, pk, "change")
    fields = form_fields(entity)
    if request.method != "POST":
        return _form(request, entity, Draft({f.name: raw_value(f, record) for f in fields}, record=record))
    typed = typed_values(fields, request.POST)
    was = {f.name: request.POST.get(f"was_{f.name}", "") for f in fields}
    for name in typed:
        if request.POST.get(f"keep_{name}") == "theirs":
            typed[name] = was[name]
    try:
        saved, others = save_record(entity, pk, typed, was, _version(request), actor=actor)
    except Invalid as error:
        return _form(request, entity, Draft(typed, was, error.problems, record=record, status=422))
    except Conflict as error:
        merged = merge(fields, typed, was, error.current, actor)
        # `was` becomes what they saved, so that a second look compares with that.
        draft = Draft(merged.values, merged.theirs, clashes=merged.clashes, record=error.current, status=409)
        return _form(request, entity, draft)
    message = _("Saved")
    if others:
        message = _("Saved, together with what was changed meanwhile: %s") % ", ".join(others)
    return _done(request, entity, saved, message)


def save_record(
    entity: Entity, pk: UUID, typed: Mapping[str, str], was: Mapping[str, str], version: int | None, *, actor: Actor
) -> tuple[Any, list[str]]:
    """Write only what was changed here. Another's change of other fields stands; of the same ones is a Conflict.

    Returns the record and the labels of fields that somebody else changed meanwhile.
    """
    changed = {name: value for name, value in typed.items() if value != was.get(name, "")}
    fields = [f for f in form_fields(entity) if f.name in changed]
    with transaction.atomic():
        record = get_record_for(actor, entity, pk)
        given = make_related(fields, changed, actor=actor)
        values = clean_values(entity, given, actor=actor, partial=True, record=record)
        try:
            return update_record(entity, pk, actor=actor, values=values, version=version), []
        except Conflict as error:
            merged = merge(form_fields(entity), typed, was, error.current, actor)
            if merged.clashes:
                raise
            now = error.current.version
            return update_record(entity, pk, actor=actor, values=values, version=now), merged.others


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isdigit() else None


def _in_drawer(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "slot"


def _form(request: HttpRequest, entity: Entity, draft: Draft) -> HttpResponse:
    record, actor = draft.record, actor_of(request)
    fields = form_fields(entity)
    controls = make_controls(
        fields, draft.values, actor=actor, record=record, problems=draft.problems, was=draft.was or None
    )
    shown = {**controls, **_calculated(entity, record, actor)}
    sections = [
        (section.label, [shown[name] for name in dict.fromkeys(section.fields) if name in shown])
        for section in entity.sections
    ]
    loose = [p for name, several in draft.problems.items() if name not in controls for p in several]
    page = entity_url(entity, "edit", record.pk) if record is not None else entity_url(entity, "create")
    title = entity.title_of(record) if record is not None else _("New %s") % str(entity.label).lower()
    context = {
        "entity": entity, "layout": layout_of(entity),
        "record": record, "sections": sections, "loose": loose, "clashes": draft.clashes,
        "faulty": [c for c in controls.values() if c.error], "action": page, "title": title,
        "back": entity_url(entity, "detail", record.pk) if record is not None else entity_url(entity, "list"),
        "drawer": _in_drawer(request),
    }  # fmt: skip
    template = "crm/form_drawer.html" if _in_drawer(request) else "crm/form.html"
    return render(request, template, context, status=draft.status)


def _calculated(entity: Entity, record: Any, actor: Actor) -> dict[str, Shown]:
    """Calculated values stand in the form of a record as they are, since nobody types them."""
    if record is None:
        return {}
    labels, found = Labels(actor), {}
    for one in entity.all_fields.values():
        if one.derived and (one.formula or one.rollup):
            url = f"{entity_url(entity, 'detail', record.pk)}how/{one.name}/" if may_know(actor, entity, one) else ""
            found[one.name] = Shown(one, one.name, cell(one, record, labels), url)
    return found


def _done(request: HttpRequest, entity: Entity, record: Any, message: str) -> HttpResponse:
    undo = getattr(record, "audit_id", None)
    address = f"/undo/{undo}/" if undo else ""
    if _in_drawer(request):
        response = HttpResponse("")
        trigger_client_event(response, "pv:changed", {})
        return trigger_client_event(response, "toast", {"message": message, "undo": address})
    messages.success(request, message, extra_tags=f"undo:{address}" if address else "")
    if "another" in request.POST:
        return HttpResponseRedirect(entity_url(entity, "create"))
    return HttpResponseRedirect(entity_url(entity, "detail", record.pk))
