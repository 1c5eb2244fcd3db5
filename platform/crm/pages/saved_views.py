"""The dialog and acts of saved views."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crm.models import SavedView
from crm.pages import views_store as store
from crm.pages.links import actor_of, entity_url
from crm.pages.state import State, from_query
from crm.pages.table import arrange
from kernel.errors import Invalid, NotFound
from kernel.registry import Entity


def views(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    if request.method == "POST":
        return _act(request, entity)
    return _dialog(request, entity)


def _dialog(request: HttpRequest, entity: Entity, error: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    state = from_query(entity, given.get("state", "") if request.method == "POST" else request.GET)
    setting = arrange(entity, state, actor=actor)
    current = setting.current if given.get("edit") else None
    context = {
        "entity": entity, "setting": setting, "current": current, "state": setting.state.query(), "error": error,
        "mine": current is not None and current.user_id == actor.user_id, "views_url": entity_url(entity, "views"),
        "mode": given.get("mode", "list"), "name": given.get("name", ""), "edit": given.get("edit", ""),
        "is_default": current is not None and setting.choice.default_view_id == current.pk,
    }  # fmt: skip
    return render(request, "crm/view_dialog.html", context, status=status)


def _act(request: HttpRequest, entity: Entity) -> HttpResponse:
    acts: dict[str, Callable[[HttpRequest, Entity, State], State]] = {
        "save": _save, "change": _change, "replace": _replace, "default": _default, "undefault": _undefault,
        "delete": _delete,
    }  # fmt: skip
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise NotFound()
    state = from_query(entity, request.POST.get("state", ""))
    try:
        state = act(request, entity, state)
    except Invalid as error:
        said = " ".join(str(p) for several in error.problems.values() for p in several)
        return _dialog(request, entity, said, 422)
    mode = "board" if entity.board and request.POST.get("mode") == "board" else "list"
    address = entity_url(entity, mode, query=state.query())
    htmx = request.headers.get("HX-Request") == "true"
    return HttpResponseClientRedirect(address) if htmx else HttpResponseRedirect(address)


def _save(request: HttpRequest, entity: Entity, state: State) -> State:
    actor, post = actor_of(request), request.POST
    columns = tuple(f.name for f in arrange(entity, state, actor=actor).fields)
    params = {**replace(state, columns=columns, view="").as_params(), "mode": post.get("mode", "list")}
    view = store.save_view(entity, actor=actor, name=post.get("name", ""), params=params, shared="shared" in post)
    messages.success(request, _("The view “%s” is saved") % view.name)
    return State(view=str(view.pk))


def _change(request: HttpRequest, _entity: Entity, state: State) -> State:
    store.update_view(
        state.view, actor=actor_of(request), name=request.POST.get("name", ""), shared="shared" in request.POST
    )
    return state


def _replace(request: HttpRequest, entity: Entity, state: State) -> State:
    """Let the view keep what is shown now."""
    actor = actor_of(request)
    columns = tuple(f.name for f in arrange(entity, state, actor=actor).fields)
    view = store.update_view(state.view, actor=actor, params=replace(state, columns=columns, view="").as_params())
    messages.success(request, _("The view “%s” is saved") % view.name)
    return State(view=str(view.pk))


def _default(request: HttpRequest, entity: Entity, state: State) -> State:
    actor = actor_of(request)
    store.set_default_view(entity, actor=actor, view=store.get_view(state.view, actor=actor))
    messages.success(request, _("This view now opens first"))
    return state


def _undefault(request: HttpRequest, entity: Entity, state: State) -> State:
    store.set_default_view(entity, actor=actor_of(request), view=None)
    return state


def _delete(request: HttpRequest, _entity: Entity, state: State) -> State:
    actor = actor_of(request)
    view: SavedView = store.get_view(state.view, actor=actor)
    audit = store.delete_view(view.pk, actor=actor)
    messages.success(request, _("The view “%s” was deleted") % view.name, extra_tags=f"undo:/undo/view/{audit}/")
    return State()
