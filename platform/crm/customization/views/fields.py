"""Settings › Fields and forms: entities, their fields, and making, changing and putting away one's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm.customization import kinds, services
from crm.customization.converting import can_become
from crm.customization.derived import needed_fields
from crm.customization.duplicates import duplicates_of
from crm.customization.fields import is_derived
from crm.customization.filling import job_of
from crm.customization.layouts import layout_of
from crm.customization.services import MANAGE
from crm.customization.views.calculated import edit_calculated, entity_or_404, new_calculated
from crm.customization.views.reading import default_control, definition_from, definition_of, moving_for, targets
from crm.models import CustomField
from crm.pages.explaining import sources_words
from crm.pages.links import actor_of, record_url
from crm.pages.undo import told
from frontend.views.access import permission
from kernel.derived import current_plans
from kernel.errors import Invalid, NotFound
from kernel.patterns import NAMED
from kernel.registry import Entity, registry

_State = CustomField.State


@permission(MANAGE)
def entities(request: HttpRequest) -> HttpResponse:
    """Every kind of record, with how many fields of its own it has."""
    on = actor_of(request).engines | registry.always_on()
    listed = [entity for entity in registry.entities if services.can_have_fields(entity) and entity.engine in on]
    rows = CustomField.objects.exclude(state=_State.DELETED).values("entity")
    counted = rows.annotate(n=Count("pk", filter=Q(state=_State.ACTIVE))).values_list("entity", "n")
    counts = dict(counted)
    shown = [(entity, counts.get(entity.name, 0)) for entity in listed]
    return render(request, "crm/customization/entities.html", {"entities": shown})


@permission(MANAGE)
def fields(request: HttpRequest, entity: str) -> HttpResponse:
    """An entity's fields: its own first, then those that it came with."""
    kind = entity_or_404(entity)
    rows = list(CustomField.objects.filter(entity=kind.name).exclude(state=_State.DELETED).order_by("position", "id"))
    own = [(row, services.kind_of(row)) for row in rows if row.state == _State.ACTIVE]
    away = [(row, services.kind_of(row)) for row in rows if row.state == _State.DEACTIVATED]
    told = layout_of(kind.name)
    for row, _kind in own:
        row.sources = sources_words(kind, kind.all_fields[row.name]) if is_derived(row) else ""  # type: ignore[attr-defined]  # for the template
        row.broken = (kind.name, row.name) in current_plans().broken  # type: ignore[attr-defined]  # as above
    ours = [field for field in kind.all_fields.values() if field.stored]
    context = {
        "entity": kind, "tab": "fields", "own": own, "away": away, "told": told.fields, "hidden": set(told.hidden),
        "builtin": [(field, _kind_label(field)) for field in ours], "waiting": any(_waits(row) for row, _k in own),
        "limit": kinds.MOST_FIELDS, "job": job_of(kind.name) if any(is_derived(row) for row, _k in own) else None,
    }  # fmt: skip
    return render(request, "crm/customization/fields.html", context)


def _waits(row: CustomField) -> bool:
    return row.indexed_at is None


def _kind_label(field: Any) -> Any:
    kind = kinds.BY_KEY.get(kinds.key_of(field.kind, field.target))
    return kind.label if kind else ""


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, entity: str) -> HttpResponse:
    """Choose a kind, say what it is called, and it is there."""
    kind = entity_or_404(entity)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    if asked in kinds.CALCULATED:
        return new_calculated(request, kind, kinds.CALCULATED[asked])
    chosen = kinds.BY_KEY.get(asked)
    if chosen is None:
        context = {"entity": kind, "kinds": kinds.ALL, "calculated": kinds.CALCULATED.values()}
        return render(request, "crm/customization/kinds.html", context)
    if request.method != "POST":
        said: dict[str, Any] = {"label": {}, "help": {}, "required": False, "unique": False, "default": None,
                "options": {"indexed": True, "format": "PR-{0001}" if chosen.key == "autonumber" else ""}}  # fmt: skip
        return _form(request, kind, chosen, said)
    said = definition_from(request.POST, chosen)
    try:
        made = services.define_field(
            actor=actor_of(request),
            entity=kind.name,
            kind=chosen.key,
            name=request.POST.get("name", "").strip(),
            **said,
        )
    except Invalid as error:
        return _form(request, kind, chosen, said, error, status=422)
    messages.success(request, _("The field “%s” is there now.") % (_spoken(made)))
    return redirect("crm:fields", entity=kind.name)


def _spoken(field: CustomField) -> str:
    return str(services.registry_field(field).label)


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    kind, field = entity_or_404(entity), _field(request, entity, pk)
    if is_derived(field):
        return edit_calculated(request, kind, field)
    chosen = services.kind_of(field)
    if request.method != "POST":
        return _form(request, kind, chosen, definition_of(field), field=field)
    said = definition_from(request.POST, chosen)
    try:
        services.change_field(pk, actor=actor_of(request), **said)
    except Invalid as error:
        return _form(request, kind, chosen, said, error, field=field, status=422)
    messages.success(request, _("Saved"))
    return redirect("crm:fields", entity=kind.name)


def _field(request: HttpRequest, entity: str, pk: UUID) -> CustomField:
    field = services.get_field(pk, actor=actor_of(request))
    if field.entity != entity:
        raise NotFound()
    return field


def _form(
    request: HttpRequest, entity: Entity, kind: kinds.FieldKind, said: dict[str, Any], error: Invalid | None = None,
    *, field: CustomField | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    problems = {name: " ".join(map(str, several)) for name, several in (error.problems if error else {}).items()}
    pattern = str(said["options"].get("pattern", ""))
    context = {
        "entity": entity, "kind": kind, "said": said, "problems": problems, "field": field, "colours": kinds.COLOURS,
        "choices": said["options"].get("choices", ()), "targets": targets(), "moving": moving_for(kind),
        "default": default_control(kind, said, actor_of(request)),
        "patterns": [(name, label) for name, (_p, label, _e) in NAMED.items()],
        "pattern": pattern if not pattern or pattern in NAMED else "mask",
        "mask": "" if pattern in NAMED else pattern, "name": request.POST.get("name", ""),
        "loose": [text for name, text in problems.items() if name not in _PLACED],
        "duplicates": _duplicates(field) if field and "unique" in problems else (),
        "becomes": [one for one in kinds.ALL if field and one.key in can_become(field)],
        "filled": services.count_filled(field) if field else 0,
        "needed": needed_fields(entity.name, field.name) if field else (),
    }  # fmt: skip
    return render(request, "crm/customization/field.html", context, status=status)


_PLACED = frozenset({
    "label", "help", "name", "required", "unique", "default", "choices", "places", "lowest", "highest", "max_length",
    "pattern", "format", "target", "indexed",
})  # fmt: skip


def _duplicates(field: CustomField) -> list[tuple[Any, list[tuple[str, str]]]]:
    entity = registry.entity(field.entity)
    return [
        (value, [(entity.title_of(record), record_url(entity.name, record.pk)) for record in records])
        for value, records in duplicates_of(field).groups
    ]


@permission(MANAGE)
@require_POST
def state(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """Put a field away or bring it back; either is undone by the other."""
    field, actor = _field(request, entity, pk), actor_of(request)
    here = reverse("crm:field_state", args=[entity, pk])
    if (request.POST.get("act") or request.GET.get("act")) == "restore":
        try:
            services.restore_field(pk, actor=actor)
        except Invalid as error:
            return _refused(request, field, error)
        said, back = _("“%s” is back, with all its values."), "deactivate"
    else:
        try:
            services.deactivate_field(pk, actor=actor)
        except Invalid as error:
            return _refused(request, field, error)
        said, back = _("“%s” is put away. Its values are kept."), "restore"
    messages.success(request, said % _spoken(field), extra_tags=f"undo:{here}?act={back}")
    return after(request, reverse("crm:fields", args=[entity]))


def _refused(request: HttpRequest, field: CustomField, error: Invalid) -> HttpResponse:
    """To the field's page, where stands what keeps it."""
    messages.error(request, " ".join(str(p) for several in error.problems.values() for p in several))
    address = reverse("crm:field_edit", args=[field.entity, field.pk]) + "#away"
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") == "true" else redirect(address)


def after(request: HttpRequest, address: str) -> HttpResponse:
    """Back to the page; a toast's undo reloads the one it stands on."""
    return HttpResponse(status=204) if request.headers.get("HX-Request") == "true" else redirect(address)


@permission(MANAGE)
@require_POST
def delete(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    field = _field(request, entity, pk)
    try:
        services.delete_field(pk, actor=actor_of(request), typed=request.POST.get("typed", ""))
    except Invalid as error:
        return _refused(request, field, error)
    messages.success(request, _("“%s” is deleted. Its values are removed in the background.") % _spoken(field))
    return redirect("crm:fields", entity=entity)


@permission(MANAGE)
@require_POST
def order(request: HttpRequest, entity: str) -> HttpResponse:
    """Fields in the order in which they were dragged."""
    kind = entity_or_404(entity)
    services.order_fields(kind.name, request.POST.getlist("item"), actor=actor_of(request))
    return told(_("Saved"))


@permission(MANAGE)
def suggested(request: HttpRequest, entity: str) -> HttpResponse:
    """The key that a label suggests, while it is typed."""
    kind = entity_or_404(entity)
    label = {language: request.GET.get(f"label_{language}", "")[:120] for language in ("fa", "en")}
    name = services.suggested_name(kind, label) if any(label.values()) else ""
    return HttpResponse(name, content_type="text/plain; charset=utf-8")
