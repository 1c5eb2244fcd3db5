"""The dialog and acts of saved views."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crm.models import SavedView
from crm.pages import view_choice
from crm.pages import views_store as store
from crm.pages.links import actor_of, entity_url
from crm.pages.state import State, from_query
from crm.pages.table import Setting, arrange
from kernel.errors import Invalid, NotFound
from kernel.registry import Entity

#: Where an act leads: a query string of the page it was done on, or a view to open.
Place = str | SavedView


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
    tabs, _off = view_choice.tabs_from(setting.choice, setting.views)
    first = view_choice.first_view(setting.choice, setting.views)
    context = {
        "entity": entity, "setting": setting, "current": current, "state": setting.state.query(), "error": error,
        "mine": current is not None and store.may_change(current, actor), "views_url": entity_url(entity, "views"),
        "mode": given.get("mode", "list"), "name": given.get("name", ""), "edit": given.get("edit", ""),
        "is_first": current is not None and current == first, "may_manage": actor.may(store.MANAGE),
        "teams": store.teams_to_share_with(actor), "pinned": current in tabs,
        "at_start": bool(tabs) and current == tabs[0], "at_end": bool(tabs) and current == tabs[-1],
    }  # fmt: skip
    return render(request, "crm/view_dialog.html", context, status=status)


Act = Callable[[HttpRequest, Entity, State], Place]


def _act(request: HttpRequest, entity: Entity) -> HttpResponse:
    acts: dict[str, Act] = {
        "save": _save, "change": _change, "replace": _replace, "default": _default, "undefault": _undefault,
        "delete": _delete, "duplicate": _duplicate, "pin": _pin, "unpin": _unpin, "earlier": _earlier, "later": _later,
        "org_default": _org_default, "org_undefault": _org_undefault,
    }  # fmt: skip
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise NotFound()
    state = from_query(entity, request.POST.get("state", ""))
    try:
        place = act(request, entity, state)
    except Invalid as error:
        said = " ".join(str(p) for several in error.problems.values() for p in several)
        return _dialog(request, entity, said, 422)
    if isinstance(place, SavedView):
        address = view_url(entity, place)
    else:
        mode = request.POST.get("mode", "list")
        address = entity_url(entity, mode if mode in store.MODES else "list", query=place)
    htmx = request.headers.get("HX-Request") == "true"
    return HttpResponseClientRedirect(address) if htmx else HttpResponseRedirect(address)


def view_url(entity: Entity, view: SavedView) -> str:
    """Where a view opens: its name alone, in the way it shows its records."""
    return entity_url(entity, store.mode_of(view), query=f"view={view.pk}")


def _params(request: HttpRequest, entity: Entity, state: State) -> dict[str, object]:
    columns = tuple(f.name for f in arrange(entity, state, actor=actor_of(request)).fields)
    mode = request.POST.get("mode", "list")
    return {**replace(state, columns=columns).as_params(), "mode": mode if mode in store.MODES else "list"}


def _sharing(request: HttpRequest) -> store.Sharing:
    text = request.POST.get("shared", "")
    return store.Sharing.read("all" if text == "1" else text)


def _save(request: HttpRequest, entity: Entity, state: State) -> Place:
    view = store.save_view(
        entity, actor=actor_of(request), name=request.POST.get("name", ""), params=_params(request, entity, state),
        sharing=_sharing(request),
    )  # fmt: skip
    messages.success(request, _("The view “%s” is saved") % view.name)
    return view


def _change(request: HttpRequest, _entity: Entity, state: State) -> Place:
    store.update_view(state.view, actor=actor_of(request), name=request.POST.get("name", ""), sharing=_sharing(request))
    return state.query()


def _replace(request: HttpRequest, entity: Entity, state: State) -> Place:
    """Let the view keep what is shown now."""
    view = store.update_view(state.view, actor=actor_of(request), params=_params(request, entity, state))
    messages.success(request, _("The view “%s” is saved") % view.name)
    return view


def _duplicate(request: HttpRequest, _entity: Entity, state: State) -> Place:
    view = store.duplicate_view(state.view, actor=actor_of(request))
    messages.success(request, _("The view “%s” is saved") % view.name)
    return view


def _default(request: HttpRequest, entity: Entity, state: State) -> Place:
    actor = actor_of(request)
    view_choice.set_default_view(entity, actor=actor, view=store.get_view(state.view, actor=actor))
    messages.success(request, _("This view now opens first"))
    return state.query()


def _undefault(request: HttpRequest, entity: Entity, state: State) -> Place:
    view_choice.set_default_view(entity, actor=actor_of(request), view=None)
    return state.query()


def _org_default(request: HttpRequest, entity: Entity, state: State) -> Place:
    actor = actor_of(request)
    store.set_organization_default(entity, actor=actor, view=store.get_view(state.view, actor=actor))
    messages.success(request, _("This view now opens first for everybody"))
    return state.query()


def _org_undefault(request: HttpRequest, entity: Entity, state: State) -> Place:
    store.set_organization_default(entity, actor=actor_of(request), view=None)
    return state.query()


def _delete(request: HttpRequest, _entity: Entity, state: State) -> Place:
    actor = actor_of(request)
    view: SavedView = store.get_view(state.view, actor=actor)
    audit = store.delete_view(view.pk, actor=actor)
    messages.success(request, _("The view “%s” was deleted") % view.name, extra_tags=f"undo:/undo/view/{audit}/")
    return ""


# ── tabs ──
def _tabs(request: HttpRequest, entity: Entity, state: State) -> tuple[Setting, list[str], list[str]]:
    setting = arrange(entity, state, actor=actor_of(request))
    on, off = view_choice.tabs_from(setting.choice, setting.views)
    return setting, [str(v.pk) for v in on], [str(v.pk) for v in off]


def _keep(request: HttpRequest, entity: Entity, state: State, order: list[str], off: list[str]) -> Place:
    view_choice.set_tabs(entity, actor=actor_of(request), order=order, off=off)
    return state.query()


def _pin(request: HttpRequest, entity: Entity, state: State) -> Place:
    _setting, order, off = _tabs(request, entity, state)
    shown = [*order, *(v for v in off if v == state.view)]
    return _keep(request, entity, state, shown, [v for v in off if v != state.view])


def _unpin(request: HttpRequest, entity: Entity, state: State) -> Place:
    _setting, order, off = _tabs(request, entity, state)
    return _keep(request, entity, state, order, [*off, *(v for v in order if v == state.view)])


def _step(request: HttpRequest, entity: Entity, state: State, by: int) -> Place:
    _setting, order, off = _tabs(request, entity, state)
    if state.view in order:
        at = order.index(state.view)
        there = min(max(at + by, 0), len(order) - 1)
        order.insert(there, order.pop(at))
    return _keep(request, entity, state, order, off)


def _earlier(request: HttpRequest, entity: Entity, state: State) -> Place:
    return _step(request, entity, state, -1)


def _later(request: HttpRequest, entity: Entity, state: State) -> Place:
    return _step(request, entity, state, 1)
