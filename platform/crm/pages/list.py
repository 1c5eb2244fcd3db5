"""The list page. Asked by htmx it answers the list alone, otherwise the whole page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import SavedView
from crm.pages.bucket_order import order_choices
from crm.pages.buckets import by_choices, read_by
from crm.pages.columns import columns_context
from crm.pages.grouped import draw_grouped, next_rows
from crm.pages.links import actor_of, entity_url, layout_of, optional_url, wants
from crm.pages.state import from_query
from crm.pages.table import Setting, Table, arrange, count_table, draw_table, list_param
from crm.pages.view_choice import first_view, tabs_from
from crm.pages.views_store import may_change, mode_of
from kernel import formats
from kernel.access import may_add
from kernel.errors import NotFound
from kernel.registry import Entity


def entity_list(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    if wants(request, "list-size"):
        return _size(request, setting)
    by = read_by(entity, setting.state.by)
    table = draw_grouped(setting, by) if by else draw_table(setting)
    context = {
        **frame_context(setting, "list"), "table": table, "count": table.count, "by": by,
        "by_choices": by_choices(entity), "order_choices": order_choices(by, setting.fields) if by else [],
        "width_url": entity_url(entity, "width"),
        "paste_url": entity_url(entity, "paste"), "print_title": _print_title(setting),
    }  # fmt: skip
    here, said = context["here"], said_of(setting)
    context["next_url"] = f"{here}?{table.next}" if table.next else ""
    context["previous_url"] = f"{here}?{table.previous}" if table.previous else ""
    context["foot_text"] = _foot(table)
    context["exact_url"] = (
        f"{here}?{setting.state.query(cursor=setting.state.cursor, exact='1')}" if table.about else ""
    )
    words = _("“%s”") % setting.state.q if setting.state.q else ""
    context["filters_said"] = _("The filters in use let nothing through: %s") % _("; ").join(
        filter(None, (words, said))
    )
    context["columns"] = columns_context(entity, setting.state, list(setting.fields))
    return answer(request, "crm/list.html", "crm/list_body.html", context)


def _size(request: HttpRequest, setting: Setting) -> HttpResponse:
    """The exact number and the totals, for a list that stands already and said "about"."""
    found = count_table(setting)
    if found is None:
        return HttpResponse(status=204)
    number, columns = found
    shown = request.GET.get("shown", "")
    rows = int(shown) if shown.isdecimal() and len(shown) < 4 else 0
    words = {"shown": formats.num(rows), "count": formats.num(number)}
    context = {"count": number, "columns": columns, "foot_text": _("%(shown)s of %(count)s") % words}
    return render(request, "crm/list_size.html", context)


def said_of(setting: Setting) -> str:
    """All filters in one sentence."""
    return _("; ").join(f"{chip.label}: {chip.text}" if chip.label else chip.text for chip in setting.chips)


def _foot(table: Table) -> str:
    if table.groups:
        number = ngettext("%(n)s group", "%(n)s groups", len(table.groups) + table.others)
        return number % {"n": formats.num(len(table.groups) + table.others)}
    words = {"shown": formats.num(len(table.rows)), "count": formats.num(table.count)}
    return (_("%(shown)s of about %(count)s") if table.about else _("%(shown)s of %(count)s")) % words


def _print_title(setting: Setting) -> str:
    """What stands above the table on paper: the view and its filters."""
    view = setting.current.name if setting.current else ""
    return " · ".join(filter(None, (view, said_of(setting), formats.date_short(timezone.now()))))


def group_rows(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    """The next rows of one group, to stand where the button for them was."""
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    by = read_by(entity, setting.state.by)
    if by is None:
        raise NotFound()
    rows, more = next_rows(setting, by, request.GET.get("in", ""))
    context = {"rows": rows, "more_url": more, "span": len(setting.fields) + 1}
    return render(request, "crm/rows.html", context)


def answer(request: HttpRequest, whole: str, part: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, part if wants(request, "list") else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


#: What a page's own controls say, and the form need not say twice.
_OWN_CONTROLS = {"list": ("by", "by_order"), "chart": ("by", "measure", "shape")}


def frame_context(setting: Setting, mode: str) -> dict[str, Any]:
    """What list and board have in common: title, tabs, chips, tools, and what the person may do here."""
    entity, actor, state = setting.entity, setting.actor, setting.state
    listed, query = entity_url(entity, "list"), state.query()
    here = entity_url(entity, mode)
    return {
        "entity": entity, "layout": layout_of(entity),
        "setting": setting, "state": state, "mode": mode, "here": here, "query": query,
        "back": list_param(state), "list_url": listed, "modes": _modes(setting, mode), **_tabs(setting, mode),
        "add_url": entity_url(entity, "create") if may_add(entity, actor) else "",
        "export_url": entity_url(entity, "export") if actor.may(entity.permission("export")) else "",
        "import_url": _import_url(setting), "filter_url": entity_url(entity, "filter"),
        "tree_url": entity_url(entity, "filter_tree"), "mine": _is_mine(setting),
        "filter_fields": entity.filter_fields, "search_state": state.query(q=""),
        "cleared": f"{here}?{_cleared(setting)}",
        "may_change": actor.may(entity.permission("change")), "may_delete": actor.may(entity.permission("delete")),
        "bulk_url": entity_url(entity, "bulk"), "views_url": entity_url(entity, "views"),
        "plain_pairs": [pair for pair in state.pairs() if pair[0] not in ("q", "cursor", *_OWN_CONTROLS.get(mode, ()))],
    }  # fmt: skip


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool
    shared: bool = False
    who: str = ""
    #: Another way of showing records has a page and a style of its own: it is not swapped into this one.
    elsewhere: bool = False


def _tabs(setting: Setting, mode: str) -> dict[str, Any]:
    """Views as tabs in the person's order, the rest in a menu, each under the address that opens it."""
    on, off = tabs_from(setting.choice, setting.views)
    first = first_view(setting.choice, setting.views)
    if setting.current in off:  # what is open is always in sight
        on, off = [*on, setting.current], [v for v in off if v != setting.current]

    def tab(view: SavedView) -> Tab:
        shared = view.shared or view.team_id is not None
        url = entity_url(setting.entity, mode_of(view), query=f"view={view.pk}")
        who = str(view.user) if view.user_id != setting.actor.user_id else ""
        return Tab(view.name, url, view == setting.current, shared, who, mode_of(view) != mode)

    everything = entity_url(setting.entity, mode, query="view=all" if first else "")
    current = setting.current
    return {
        "everything": everything, "tabs": [tab(v) for v in on], "hidden_tabs": [tab(v) for v in off],
        "discard": entity_url(setting.entity, mode_of(current), query=f"view={current.pk}") if current else "",
        "discard_elsewhere": current is not None and mode_of(current) != mode,
    }  # fmt: skip


def _is_mine(setting: Setting) -> bool:
    return setting.current is not None and may_change(setting.current, setting.actor)


def _modes(setting: Setting, mode: str) -> list[dict[str, Any]]:
    """The ways in which these records can be shown, each with an address of its own."""
    entity, query = setting.entity, setting.state.query()
    fields = entity.filter_fields
    possible = {
        "board": bool(entity.board) or any(f.kind in ("choice", "relation") for f in fields), "list": True,
        "calendar": any(f.kind in ("date", "datetime") for f in fields), "chart": bool(by_choices(entity)),
    }  # fmt: skip
    words = {
        "board": (_("Board"), "square-kanban"), "list": (_("List"), "rows-3"),
        "calendar": (_("Calendar"), "calendar-days"), "chart": (_("Chart"), "chart-column"),
    }  # fmt: skip
    return [
        {"name": name, "label": words[name][0], "icon": words[name][1], "current": name == mode,
         "url": entity_url(entity, name, query=query)}
        for name, there in possible.items() if there
    ]  # fmt: skip


def _cleared(setting: Setting) -> str:
    """The same place with every filter and word taken away, yet still in this order."""
    return setting.state.query(filters={}, q="", f="", view="all" if first_view(setting.choice, setting.views) else "")


def _import_url(setting: Setting) -> str:
    if not setting.entity.importable or not setting.actor.may(setting.entity.permission("import")):
        return ""
    address = optional_url("crm:import_create") or optional_url("crm:import_list")
    return f"{address}?entity={setting.entity.name}" if address else ""
