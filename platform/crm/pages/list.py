"""The list page. Asked by htmx it answers the list alone, otherwise the whole page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from crm.pages.columns import columns_context
from crm.pages.links import actor_of, entity_url, optional_url, wants
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange, draw_table, list_param
from kernel import formats
from kernel.access import may_add
from kernel.registry import Entity


def entity_list(request: HttpRequest, *, entity: Entity) -> HttpResponse:
    setting = arrange(entity, from_query(entity, request.GET), actor=actor_of(request))
    table = draw_table(setting)
    context = {**frame_context(setting, "list"), "table": table, "count": table.count}
    here, said = context["here"], _("; ").join(f"{chip.label}: {chip.text}" for chip in setting.chips)
    context["next_url"] = f"{here}?{table.next}" if table.next else ""
    context["previous_url"] = f"{here}?{table.previous}" if table.previous else ""
    context["foot_text"] = _("%(shown)s of %(count)s") % {
        "shown": formats.num(len(table.rows)), "count": formats.num(table.count),
    }  # fmt: skip
    words = _("“%s”") % setting.state.q if setting.state.q else ""
    context["filters_said"] = _("The filters in use let nothing through: %s") % _("; ").join(
        filter(None, (words, said))
    )
    context["columns"] = columns_context(entity, setting.state, list(setting.fields))
    return answer(request, "crm/list.html", "crm/list_body.html", context)


def answer(request: HttpRequest, whole: str, part: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, part if wants(request, "list") else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def frame_context(setting: Setting, mode: str) -> dict[str, Any]:
    """What list and board have in common: title, tabs, chips, tools, and what the person may do here."""
    entity, actor, state = setting.entity, setting.actor, setting.state
    listed, query = entity_url(entity, "list"), state.query()
    here = entity_url(entity, mode)
    return {
        "entity": entity, "setting": setting, "state": state, "mode": mode, "here": here, "query": query,
        "back": list_param(state), "list_url": listed, "board_url": entity_url(entity, "board") if entity.board else "",
        "add_url": entity_url(entity, "create") if may_add(entity, actor) else "",
        "export_url": entity_url(entity, "export") if actor.may(entity.permission("export")) else "",
        "import_url": _import_url(setting), "filter_url": entity_url(entity, "filter"),
        "filter_fields": entity.filter_fields, "search_state": state.query(q=""),
        "cleared": f"{here}?{_cleared(setting)}",
        "may_change": actor.may(entity.permission("change")), "may_delete": actor.may(entity.permission("delete")),
        "bulk_url": entity_url(entity, "bulk"), "views_url": entity_url(entity, "views"),
        "plain_pairs": [(name, value) for name, value in state.pairs() if name not in ("q", "cursor")],
    }  # fmt: skip


def _cleared(setting: Setting) -> str:
    """The same place with every filter and word taken away, yet still in this order."""
    return setting.state.query(filters={}, q="", view="all" if setting.choice.default_view_id else "")


def _import_url(setting: Setting) -> str:
    if not setting.entity.importable or not setting.actor.may(setting.entity.permission("import")):
        return ""
    address = optional_url("crm:import_create") or optional_url("crm:import_list")
    return f"{address}?entity={setting.entity.name}" if address else ""
