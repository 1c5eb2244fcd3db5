"""Settings › Relations: what points to what, what the list on the other side is called, and records that link two."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.customization import relations, services
from crm.customization.loading import entity_of
from crm.customization.services import MANAGE
from crm.customization.views.reading import words_from
from crm.models import CustomField, CustomRelation
from crm.pages.links import actor_of
from frontend.views.access import permission
from kernel.errors import Invalid
from kernel.registry import Entity, UnknownName, registry

_ACTIVE = CustomField.State.ACTIVE


@permission(MANAGE)
def listed(request: HttpRequest) -> HttpResponse:
    rows = []
    for field in relations.relations_of(actor=actor_of(request)):
        pair = _ends(field)
        if pair is not None and not pair[0].ends:
            rows.append((field, *pair, relations.said_of(field)))
    links = [(entity, [entity.field(name) for name in entity.ends]) for entity in registry.entities if entity.ends]
    shown = [(entity, [(end, registry.entity(end.target)) for end in ends]) for entity, ends in links]
    context = {"tab": "relations", "relations": rows, "links": shown}
    return render(request, "crm/customization/relations.html", context)


def _ends(field: CustomField) -> tuple[Entity, Entity] | None:
    """Where it starts and where it points; None where either is put away."""
    try:
        return registry.entity(field.entity), registry.entity(str(field.options["target"]))
    except UnknownName:
        return None


def _choices() -> list[tuple[str, Any]]:
    """What a relation may begin at or point to."""
    return [(one.name, one.label) for one in registry.entities if services.can_have_fields(one) and not one.ends]


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    post = request.POST
    if request.method != "POST":
        asked = {"entity": request.GET.get("entity", ""), "target": request.GET.get("target", ""), "listed": True}
        return _form(request, "crm/customization/relation.html", {**asked, "on_delete": "keep"})
    said: dict[str, Any] = {
        "entity": post.get("entity", ""), "target": post.get("target", ""), "label": words_from(post, "label"),
        "list_label": words_from(post, "list_label"), "required": "required" in post, "listed": "listed" in post,
        "on_delete": post.get("on_delete", "keep"),
    }  # fmt: skip
    try:
        relations.define_relation(actor=actor_of(request), name=post.get("name", "").strip(), **said)
    except Invalid as error:
        return _form(request, "crm/customization/relation.html", said, error)
    messages.success(request, _("The relation is there now."))
    return redirect("crm:relations")


def _form(
    request: HttpRequest, template: str, said: dict[str, Any], error: Invalid | None = None, **more: Any
) -> HttpResponse:
    problems = {name: " ".join(map(str, several)) for name, several in (error.problems if error else {}).items()}
    context = {
        "tab": "relations", "said": said, "problems": problems, "entities": _choices(), "field": None,
        "loose": [text for name, text in problems.items() if name not in {*said, "name", "columns"}],
        "deletions": CustomRelation.OnDelete.choices, **more,
    }  # fmt: skip
    return render(request, template, context, status=422 if error else 200)


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Both labels, the list's columns, and what a deletion does. What it points to stays."""
    actor, post = actor_of(request), request.POST
    field = relations.get_relation_field(pk, actor=actor)
    kept = relations.said_of(field)
    said: dict[str, Any] = {
        "label": field.label, "list_label": kept.label, "listed": kept.listed, "on_delete": kept.on_delete,
        "columns": kept.columns,
    }  # fmt: skip
    error = None
    if request.method == "POST":
        said = {
            "label": words_from(post, "label"), "list_label": words_from(post, "list_label"),
            "listed": "listed" in post, "on_delete": post.get("on_delete", "keep"), "columns": post.getlist("columns"),
        }  # fmt: skip
        try:
            relations.retell_relation(pk, actor=actor, **said)
        except Invalid as refused:
            error = refused
        else:
            messages.success(request, _("Saved"))
            return redirect("crm:relations")
    entity = entity_of(field.entity)
    shown = [f for f in entity.list_fields if f.name != entity.title and f.name not in entity.ends]
    pair = _ends(field)
    return _form(
        request, "crm/customization/relation.html", said, error, field=field, entity=entity, shown=shown,
        target=pair[1] if pair else None, active=field.state == _ACTIVE,
    )  # fmt: skip


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    post = request.POST
    if request.method != "POST":
        asked = {"first": request.GET.get("first", ""), "second": request.GET.get("second", "")}
        return _form(request, "crm/customization/link.html", {**asked, "in_navigation": False})
    words = ("label", "label_plural", "first_label", "second_label", "first_list", "second_list")
    said: dict[str, Any] = {name: words_from(post, name) for name in words}
    said |= {"first": post.get("first", ""), "second": post.get("second", ""), "in_navigation": "in_navigation" in post}
    try:
        made = relations.define_link(actor=actor_of(request), **said)
    except Invalid as error:
        return _form(request, "crm/customization/link.html", said, error)
    messages.success(request, _("The relation is there now. Give it the fields that a link shall have."))
    return redirect("crm:fields", entity=made.name)
