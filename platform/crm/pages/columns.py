"""Which columns a list shows, in which order, and the chooser that changes it. Remembered for the person."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.pages.links import actor_of, entity_url
from crm.pages.state import State, from_query
from crm.pages.view_choice import remember_columns, remember_widths
from kernel.registry import Entity, Field


@dataclass(frozen=True)
class Choice:
    field: Field
    shown: bool
    first: bool
    last: bool


def possible_fields(entity: Entity) -> tuple[Field, ...]:
    """What may stand as a column: fields, and what hangs on records, such as their tags."""
    return (*entity.list_fields, *entity.asides)


def shown_fields(entity: Entity, names: tuple[str, ...]) -> list[Field]:
    """The list's columns; the record's name always stands first."""
    allowed = {f.name for f in possible_fields(entity)}
    wanted = [n for n in dict.fromkeys(names or entity.columns) if n in allowed and n != entity.title]
    return [entity.field(n) for n in (entity.title, *wanted)]


def choices(entity: Entity, shown: list[Field]) -> list[Choice]:
    """Every column for the chooser: those shown in their order, then the rest in the engine's order."""
    names = [f.name for f in shown if f.name != entity.title]
    rest = [f for f in possible_fields(entity) if f.name not in names and f.name != entity.title]
    ordered = [Choice(entity.field(n), True, i == 0, i == len(names) - 1) for i, n in enumerate(names)]
    return ordered + [Choice(f, False, True, True) for f in rest]


def moved(names: list[str], wish: str) -> list[str]:
    """The names with one of them a step earlier ("amount:-1") or later ("amount:1")."""
    name, _, step = wish.partition(":")
    if name not in names or step not in ("1", "-1"):
        return names
    here = names.index(name)
    there = min(max(here + int(step), 0), len(names) - 1)
    result = [n for n in names if n != name]
    return [*result[:there], name, *result[there:]]


def choose_columns(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """Take the chooser's boxes, remember them, and answer the chooser again; the list then reloads itself."""
    state = from_query(entity, request.POST.get("state", ""))
    allowed = {f.name for f in possible_fields(entity)}
    names = [n for n in dict.fromkeys(request.POST.getlist("columns")) if n in allowed]
    names = moved(names, request.POST.get("move", ""))
    reset = "reset" in request.POST
    remember_columns(entity, () if reset else tuple(names), view=state.view, actor=actor_of(request))
    fields = shown_fields(entity, () if reset else tuple(names) or (entity.title,))
    response = render(request, "crm/columns.html", columns_context(entity, state, fields))
    response["HX-Trigger"] = "pv:changed"
    return response


def set_width(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """Keep how wide columns were drawn; with `reset` all are as wide as they like again."""
    post = request.POST
    state = from_query(entity, post.get("state", ""))
    allowed = {f.name for f in possible_fields(entity)}
    pairs = zip(post.getlist("column"), post.getlist("width"), strict=False)
    widths = {n: int(w) for n, w in pairs if n in allowed and w.isascii() and w.isdigit() and len(w) < 6}
    remember_widths(entity, {} if "reset" in post else widths, view=state.view, actor=actor_of(request))
    return HttpResponse(status=204)


def columns_context(entity: Entity, state: State, shown: list[Field]) -> dict[str, object]:
    return {
        "entity": entity,
        "choices": choices(entity, shown),
        "columns_url": entity_url(entity, "columns"),
        "state": replace(state, columns=()).query(),
    }
