"""Acts on several records at once: chosen, previewed, done, and taken back by one click."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from crm.pages.bulk_chosen import finish, ids_of, selection_of
from crm.pages.bulk_delete import delete_chosen, delete_dialog
from crm.pages.bulk_job import start_bulk_edit
from crm.pages.bulk_plan import DIRECT, Plan, Selection, plan, selected
from crm.pages.bulk_tags import TAGGING, tag_chosen
from crm.pages.controls import make_controls, typed_values
from crm.pages.links import actor_of, entity_url
from kernel import formats
from kernel.access import require
from kernel.clean import clean_values
from kernel.errors import Invalid, NotFound
from kernel.query.counting import size_of
from kernel.records import bulk_update
from kernel.registry import Entity, Field


def bulk(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    act = given.get("act", "")
    if act == "delete":
        return delete_chosen(request, entity) if request.method == "POST" else delete_dialog(request, entity)
    if act in TAGGING and entity.asides:
        return tag_chosen(request, entity, given)
    if act not in ("edit", "assign"):
        raise NotFound()
    require(actor_of(request), entity.permission("change"))
    if request.method == "POST" and given.get("do") != "back":
        return _update(request, entity)
    return _dialog(request, entity, given, typed_values(bulk_chosen(entity, given), given))


def _update(request: HttpRequest, entity: Entity) -> HttpResponse:
    """With `do=preview` what would happen; otherwise it happens, as a job where it takes long."""
    actor, fields = actor_of(request), bulk_chosen(entity, request.POST)
    if not fields:
        raise NotFound()
    typed = typed_values(fields, request.POST)
    try:
        values = clean_values(entity, typed, actor=actor, partial=True)
    except Invalid as error:
        return _dialog(request, entity, request.POST, typed, error, status=422)
    selection = selection_of(request.POST)
    if request.POST.get("do") == "preview":
        return _preview(request, entity, typed, plan(entity, selection, values, actor=actor))
    if selection.everything:
        size = size_of(selected(entity, selection, actor))
        if not size.exact or size.number > DIRECT:
            total = size.number if size.exact else None
            job = start_bulk_edit(entity, selection, typed, actor=actor, total=total)
            return HttpResponseClientRedirect(reverse("crm:work", args=[job.pk]))
    ids = ids_of(entity, selection, actor)
    outcome = bulk_update(entity, ids, actor=actor, values=values)
    return finish(ngettext("%(n)s record changed", "%(n)s records changed", outcome.changed), outcome)


def bulk_fields(entity: Entity) -> list[Field]:
    """Fields that make sense to set alike: not what names or tells apart a record."""
    return [
        f
        for f in entity.editable_fields
        if f.name != entity.title and not f.unique and f.kind not in ("longtext", "file")
    ]


def bulk_chosen(entity: Entity, given: QueryDict) -> list[Field]:
    """The fields to set, in the order in which they were chosen."""
    names = [entity.owner] if given.get("act") == "assign" else given.getlist("field")
    known = {f.name: f for f in bulk_fields(entity)}
    dropped = given.get("drop", "")
    return [known[name] for name in dict.fromkeys(names) if name in known and name != dropped]


def _preview(request: HttpRequest, entity: Entity, typed: Mapping[str, str], found: Plan) -> HttpResponse:
    # A box that is not ticked is not sent either.
    sent = [(name, value) for name, value in typed.items() if entity.field(name).kind != "bool" or value == "1"]
    context = {
        **_common(request, entity, request.POST), "plan": found, "typed_shown": sent,
        "title": _title(selection_of(request.POST), found.size.number, exact=found.size.exact),
    }  # fmt: skip
    return render(request, "crm/bulk_preview.html", context)


def _common(request: HttpRequest, entity: Entity, given: QueryDict) -> dict[str, Any]:
    selection = selection_of(given)
    return {
        "entity": entity, "act": given.get("act"), "selected": selection.ids, "state": selection.state,
        "everything": selection.everything, "bulk_url": entity_url(entity, "bulk"),
        "chosen": bulk_chosen(entity, given),
    }  # fmt: skip


def _title(selection: Selection, total: int, *, exact: bool = True) -> str:
    number = total if selection.everything else len(selection.ids)
    said = ngettext("Edit %(n)s record", "Edit %(n)s records", number)
    return (said if exact or not selection.everything else _("Edit about %(n)s records")) % {"n": formats.num(number)}


def _dialog(
    request: HttpRequest, entity: Entity, given: QueryDict, typed: dict[str, str] | None = None,
    error: Invalid | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor, fields, selection = actor_of(request), bulk_chosen(entity, given), selection_of(given)
    problems = error.problems if error else {}
    controls = make_controls(fields, typed or {}, actor=actor, problems=problems)
    total = size_of(selected(entity, Selection(state=selection.state, everything=True), actor))
    context: dict[str, Any] = {
        **_common(request, entity, given), "fields": _rest(entity, fields), "controls": list(controls.values()),
        "total": total, "more": total.number > len(selection.ids),
        "title": _title(selection, total.number, exact=total.exact),
    }  # fmt: skip
    return render(request, "crm/bulk.html", context, status=status)


def _rest(entity: Entity, chosen: Sequence[Field]) -> list[Field]:
    return [f for f in bulk_fields(entity) if f not in chosen]
