"""Settings › Fields and forms › Record page: what stands on a record's page, and in which order."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.customization import layouts
from crm.customization import page_layout as page_rules
from crm.customization.services import MANAGE
from crm.customization.views.calculated import entity_or_404
from crm.customization.views.layout import HIDDEN
from crm.pages.links import actor_of
from crm.panels import blocks
from frontend.views.access import permission
from kernel.access import Actor
from kernel.errors import Invalid, NotFound
from kernel.formats import num
from kernel.registry import Entity

#: What the editor posts: the group's name, and the key under which it is kept.
_GROUPS = (("blocks", "order"), ("figures", "figures"), ("facts", "facts"))


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def page_layout(request: HttpRequest, entity: str) -> HttpResponse:
    kind = _with_pages(entity)
    actor, problem, said = actor_of(request), "", None
    if request.method == "POST":
        said = _read(request.POST)
        try:
            change = layouts.save_layout(kind.name, actor=actor, page=said)
        except Invalid as error:
            problem = " ".join(str(p) for several in error.problems.values() for p in several)
        else:
            return _saved(request, kind, change)
    context = {"entity": kind, "tab": "page", "problem": problem, "groups": _groups(kind, actor, said)}
    return render(request, "crm/customization/page.html", context, status=422 if problem else 200)


def _with_pages(name: str) -> Entity:
    kind = entity_or_404(name)
    if not kind.pages:
        raise NotFound()
    return kind


def _saved(request: HttpRequest, kind: Entity, change: UUID | None) -> HttpResponse:
    undo = f"undo:{reverse('crm:layout_undo', args=[change])}" if change else ""
    messages.success(request, _("Saved"), extra_tags=undo)
    return redirect("crm:page_layout", entity=kind.name)


def _read(post: Any) -> dict[str, list[str]]:
    """Of each group what stands above the line that says "not shown"; of the blocks also what stands below it."""
    said: dict[str, list[str]] = {}
    for group, key in _GROUPS:
        items = post.getlist(group)
        edge = items.index(HIDDEN) if HIDDEN in items else len(items)
        said[key] = items[:edge]
        if group == "blocks":
            said["hidden"] = items[edge + 1 :]
    return said


def _groups(kind: Entity, actor: Actor, said: Mapping[str, list[str]] | None) -> list[dict[str, Any]]:
    """The three lists of the editor, as they are kept or as they were just sent and refused."""
    labels = {name: str(label) for name, label in blocks.labels_of(kind, actor=actor).items()}
    order = said["order"] if said else [name for name in labels if name not in kind.without_blocks]
    fields = kind.all_fields.values()
    figures = {f.name: str(f.label) for f in fields if page_rules.may_be_figure(f)}
    facts = {f.name: str(f.label) for f in fields if page_rules.may_be_fact(kind, f)}
    now = page_rules.default_figures(kind) if kind.figures is None else kind.figures
    shown_figures = said["figures"] if said else list(now)[: page_rules.MOST_FIGURES]
    shown_facts = said["facts"] if said else [name for name in kind.glance if name in facts][: page_rules.MOST_FACTS]
    most = gettext_lazy("At most {most}, from the start of the line.")
    return [
        _group("blocks", _("Main column"), _("Panels and lists, from top to bottom."), labels, order),
        _group("figures", _("Figures"), format_lazy(most, most=num(page_rules.MOST_FIGURES)), figures, shown_figures),
        _group(
            "facts", _("Header"), format_lazy(most, most=num(page_rules.MOST_FACTS)), facts, shown_facts,
        ),
    ]  # fmt: skip


def _group(name: str, title: str, hint: Any, labels: Mapping[str, str], shown: Iterable[str]) -> dict[str, Any]:
    first = [(key, labels[key]) for key in shown if key in labels]
    placed = {key for key, _label in first}
    rest = [(key, label) for key, label in labels.items() if key not in placed]
    return {"name": name, "title": title, "hint": hint, "shown": first, "rest": rest}


@permission(MANAGE)
@require_POST
def page_reset(request: HttpRequest, entity: str) -> HttpResponse:
    kind = _with_pages(entity)
    return _saved(request, kind, layouts.reset_layout(kind.name, actor=actor_of(request), page=True))
