"""Settings › Fields and forms › Form: sections and the order of fields, columns, and what our fields are called."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from crm.customization import layouts
from crm.customization.labels import spoken
from crm.customization.layouts import layout_of
from crm.customization.services import MANAGE
from crm.customization.views.calculated import entity_or_404
from crm.customization.views.fields import after
from crm.pages.controls import make_controls
from crm.pages.form import blank_values
from crm.pages.links import actor_of
from frontend.views.access import permission
from kernel.errors import Invalid, NotFound
from kernel.registry import Entity, Field, Section, registry

FIELD, SECTION, HIDDEN = "field:", "section", "hidden"


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def layout(request: HttpRequest, entity: str) -> HttpResponse:
    kind = entity_or_404(entity)
    problem = ""
    if request.method == "POST":
        sections, hidden = read_sections(request.POST)
        try:
            change = layouts.save_layout(kind.name, actor=actor_of(request), sections=sections, hidden=hidden)
        except Invalid as error:
            problem = " ".join(str(p) for several in error.problems.values() for p in several)
        else:
            return _saved(request, kind, change)
    context = {
        "entity": kind, "tab": "layout", "problem": problem, **_arranged(kind), **_columns(kind),
        "preview": _preview(request, kind),
    }  # fmt: skip
    return render(request, "crm/customization/layout.html", context, status=422 if problem else 200)


def _saved(request: HttpRequest, kind: Entity, change: UUID | None) -> HttpResponse:
    undo = f"undo:{reverse('crm:layout_undo', args=[change])}" if change else ""
    messages.success(request, _("Saved"), extra_tags=undo)
    return redirect("crm:layout", entity=kind.name)


def read_sections(post: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """What the editor's hidden inputs say, in the order in which they stand on the page."""
    titles = iter(zip(post.getlist("title_fa"), post.getlist("title_en"), strict=False))
    sections: list[dict[str, Any]] = []
    hidden: list[str] = []
    place = hidden
    for item in post.getlist("item"):
        if item == SECTION:
            fa, en = next(titles, ("", ""))
            place = []
            sections.append({"label": {"fa": fa, "en": en}, "fields": place})
        elif item == HIDDEN:
            place = hidden
        elif item.startswith(FIELD):
            place.append(item.removeprefix(FIELD))
    return sections, hidden


def _arranged(kind: Entity) -> dict[str, Any]:
    """Sections with their titles in both languages, and the fields that no form asks for."""
    kept, known = layout_of(kind.name), kind.all_fields
    told = {number: section.get("label", {}) for number, section in enumerate(kept.sections)}
    sections = [
        (_titles(section, told.get(number)), [known[name] for name in section.fields if name in known])
        for number, section in enumerate(kind.sections)
    ]
    placed = {field.name for _label, several in sections for field in several}
    hidden = [known[name] for name in kept.hidden if name in known]
    loose = [f for f in kind.editable_fields if f.name not in placed and f.name not in kept.hidden]
    return {"sections": sections, "hidden": [*hidden, *loose]}


def _titles(section: Section, told: Mapping[str, str] | None) -> dict[str, str]:
    """Ours in the language of the reader, until the organization says its own."""
    if told is not None:
        return dict(told)
    found = {}
    for language in ("fa", "en"):
        with override(language):
            found[language] = str(section.label)
    return found


def _columns(kind: Entity) -> dict[str, Any]:
    shown = [kind.field(name) for name in kind.columns if name in kind.all_fields]
    rest = [field for field in kind.list_fields if field not in shown]
    return {"columns": shown, "other_columns": rest}


@permission(MANAGE)
@require_POST
def columns(request: HttpRequest, entity: str) -> HttpResponse:
    """The list's columns, for everybody who has not chosen their own."""
    kind = entity_or_404(entity)
    names = request.POST.getlist("item")
    shown = [name for name in (names[: names.index(HIDDEN)] if HIDDEN in names else names) if name != SECTION]
    try:
        change = layouts.save_layout(kind.name, actor=actor_of(request), columns=shown)
    except Invalid as error:
        messages.error(request, " ".join(str(p) for several in error.problems.values() for p in several))
        return redirect("crm:layout", entity=kind.name)
    return _saved(request, kind, change)


@permission(MANAGE)
@require_POST
def preview(request: HttpRequest, entity: str) -> HttpResponse:
    """The form as it would be."""
    kind = entity_or_404(entity)
    sections, _hidden = read_sections(request.POST)
    drawn = replace(kind, layout=_as_sections(kind, sections))
    return render(request, "crm/customization/preview.html", {"preview": _preview(request, drawn)})


def _as_sections(kind: Entity, sections: Sequence[Mapping[str, Any]]) -> tuple[Section, ...]:
    known = kind.all_fields
    return tuple(
        Section(spoken(one["label"], ""), tuple(name for name in one["fields"] if name in known)) for one in sections
    )


def _preview(request: HttpRequest, kind: Entity) -> list[tuple[Any, list[Any]]]:
    actor = actor_of(request)
    names = [name for section in kind.sections for name in section.fields]
    fields: list[Field] = [kind.field(name) for name in dict.fromkeys(names) if not kind.field(name).readonly]
    controls = make_controls(fields, blank_values(kind, actor, {}), actor=actor)
    return [(s.label, [controls[name] for name in s.fields if name in controls]) for s in kind.sections]


@permission(MANAGE)
@require_POST
def layout_undo(request: HttpRequest, change: UUID) -> HttpResponse:
    entity = layouts.restore_layout(change, actor=actor_of(request))
    if layouts.changes_page(change):
        messages.success(request, _("The page is as it was."))
        return after(request, reverse("crm:page_layout", args=[entity]))
    messages.success(request, _("The form is as it was."))
    return after(request, reverse("crm:layout", args=[entity]))


@permission(MANAGE)
@require_POST
def layout_reset(request: HttpRequest, entity: str) -> HttpResponse:
    kind = entity_or_404(entity)
    return _saved(request, kind, layouts.reset_layout(kind.name, actor=actor_of(request)))


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def builtin(request: HttpRequest, entity: str, name: str) -> HttpResponse:
    """What may be changed of a field that came with Peyvand: its label, its help, whether it must be filled in."""
    kind = entity_or_404(entity)
    field = kind.all_fields.get(name)
    if field is None or not field.stored or kind.is_own:
        raise NotFound()
    said: dict[str, Any] = dict(layout_of(kind.name).fields.get(name, {}))
    problems: dict[str, str] = {}
    if request.method == "POST":
        said = {
            "label": {one: request.POST.get(f"label_{one}", "").strip() for one in ("fa", "en")},
            "help": {one: request.POST.get(f"help_{one}", "").strip() for one in ("fa", "en")},
            "required": "required" in request.POST,
        }  # fmt: skip
        try:
            change = layouts.retell_field(kind.name, name, actor=actor_of(request), **said)
        except Invalid as error:
            problems = {key: " ".join(map(str, several)) for key, several in error.problems.items()}
        else:
            undo = f"undo:{reverse('crm:layout_undo', args=[change])}" if change else ""
            messages.success(request, _("Saved"), extra_tags=undo)
            return redirect("crm:fields", entity=kind.name)
    context = {
        "entity": kind, "field": field, "said": said, "problems": problems,
        "ours": registry.installed_entity(kind.name).all_fields[name],
    }  # fmt: skip
    return render(request, "crm/customization/builtin.html", context, status=422 if problems else 200)
