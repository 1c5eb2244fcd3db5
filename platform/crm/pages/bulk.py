"""Acts on several records at once, each undone by one click."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from crm.pages.controls import make_controls, typed_values
from crm.pages.links import actor_of, entity_url
from crm.pages.state import from_query
from crm.pages.table import arrange, records_of
from crm.pages.undo import told
from crm.services.tags import add_tag, remove_tag, tag_named
from kernel import formats
from kernel.access import Actor, may_add, require
from kernel.clean import clean_values
from kernel.errors import Invalid, NotFound
from kernel.query import count
from kernel.records import Outcome, bulk_delete, bulk_update
from kernel.registry import Entity, Field

TAGGING = ("tag", "untag")
#: More at once would keep the page waiting; larger changes go through an import.
LIMIT = 10_000


def bulk(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    act = given.get("act", "")
    if act == "delete" and request.method == "POST":
        return _delete(request, entity)
    if act in TAGGING and entity.asides:
        return _tag(request, entity, given, off=act == "untag")
    if act not in ("edit", "assign"):
        raise NotFound()
    require(actor_of(request), entity.permission("change"))
    if request.method == "POST":
        return _update(request, entity)
    return _dialog(request, entity, given)


def _delete(request: HttpRequest, entity: Entity) -> HttpResponse:
    actor = actor_of(request)
    require(actor, entity.permission("delete"))
    outcome = bulk_delete(entity, chosen_ids(request.POST), actor=actor)
    said = ngettext("%(n)s record deleted", "%(n)s records deleted", outcome.changed)
    return finish(said, outcome)


def _update(request: HttpRequest, entity: Entity) -> HttpResponse:
    actor, field = actor_of(request), bulk_field(entity, request.POST)
    if field is None:
        raise NotFound()
    typed = typed_values([field], request.POST)
    try:
        values = clean_values(entity, typed, actor=actor, partial=True)
    except Invalid as error:
        return _dialog(request, entity, request.POST, typed, error, status=422)
    ids = _all_ids(request, entity, actor) if "everything" in request.POST else chosen_ids(request.POST)
    outcome = bulk_update(entity, ids, actor=actor, values=values)
    return finish(ngettext("%(n)s record changed", "%(n)s records changed", outcome.changed), outcome)


def _tag(request: HttpRequest, entity: Entity, given: QueryDict, *, off: bool) -> HttpResponse:
    """Ask for the tag, then put it on (or take it off) what was chosen."""
    actor = actor_of(request)
    require(actor, entity.permission("change"))
    ids, wish = chosen_ids(given), given.get("tag", "").strip()
    if request.method == "POST" and wish:
        tag = tag_named(wish, actor=actor)
        outcome = (remove_tag if off else add_tag)(entity, ids, tag.pk, actor=actor)
        said = ngettext("%(n)s record tagged", "%(n)s records tagged", outcome.changed)
        if off:
            said = ngettext("Tag taken off %(n)s record", "Tag taken off %(n)s records", outcome.changed)
        return finish(said, outcome)
    context = {
        "entity": entity, "act": given.get("act"), "off": off, "selected": ids, "bulk_url": entity_url(entity, "bulk"),
        "lookup": reverse("crm:lookup", args=["tag"]), "may_create": not off and may_add("tag", actor),
    }  # fmt: skip
    return render(request, "crm/bulk_tags.html", context)


def finish(said: str, outcome: Outcome) -> HttpResponse:
    message = said % {"n": formats.num(outcome.changed)}
    if outcome.refused:
        left = ngettext("; %(n)s was not yours to change", "; %(n)s were not yours to change", outcome.refused)
        message += left % {"n": formats.num(outcome.refused)}
    return told(message, undo=f"/undo/{outcome.batch}/" if outcome.changed else "", body="<!-- done -->")


def chosen_ids(given: QueryDict) -> list[UUID]:
    """Ids of the boxes that were ticked; what is no id is left out."""
    ids = []
    for text in given.getlist("selected")[:LIMIT]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def _all_ids(request: HttpRequest, entity: Entity, actor: Actor) -> list[UUID]:
    """Everything the filters let through, not only the page on screen."""
    setting = arrange(entity, from_query(entity, request.POST.get("state", "")), actor=actor)
    queryset, _state, _told = records_of(setting)
    return list(queryset.select_related(None).values_list("pk", flat=True)[:LIMIT])


def bulk_fields(entity: Entity) -> list[Field]:
    """Fields that make sense to set alike: not what names or tells apart a record."""
    return [
        f
        for f in entity.editable_fields
        if f.name != entity.title and not f.unique and f.kind not in ("longtext", "file")
    ]


def bulk_field(entity: Entity, given: QueryDict) -> Field | None:
    name = entity.owner if given.get("act") == "assign" else given.get("field", "")
    return next((f for f in bulk_fields(entity) if f.name == name), None)


def _dialog(
    request: HttpRequest, entity: Entity, given: QueryDict, typed: dict[str, str] | None = None,
    error: Invalid | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor, field, ids = actor_of(request), bulk_field(entity, given), chosen_ids(given)
    state = from_query(entity, given.get("state", ""))
    setting = arrange(entity, state, actor=actor)
    problems = error.problems if error else {}
    controls = make_controls([field], typed or {}, actor=actor, problems=problems) if field else {}
    context: dict[str, Any] = {
        "entity": entity, "act": given.get("act"), "fields": bulk_fields(entity), "field": field,
        "control": controls.get(field.name) if field else None, "selected": ids, "state": state.query(),
        "bulk_url": entity_url(entity, "bulk"), "total": count(records_of(setting)[0]), "limit": LIMIT,
        "everything": "everything" in given,
        "title": ngettext("Edit %(n)s record", "Edit %(n)s records", len(ids)) % {"n": formats.num(len(ids))},
    }  # fmt: skip
    return render(request, "crm/bulk.html", context, status=status)
