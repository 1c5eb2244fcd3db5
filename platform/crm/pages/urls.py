"""Addresses of the pages that every entity gets, and of those that belong to no entity."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from crm.customization.views.how import how
from crm.pages import list as listing
from crm.pages.board import board, lane, move
from crm.pages.bulk import bulk
from crm.pages.calendar import calendar, move_event
from crm.pages.cell import edit_cell
from crm.pages.chart import chart
from crm.pages.columns import choose_columns, set_width
from crm.pages.export import export
from crm.pages.filter_editor import filter_apply, filter_form
from crm.pages.form import create, edit
from crm.pages.home import home
from crm.pages.jobs import work, work_file
from crm.pages.links import actor_of
from crm.pages.lookup import lookup
from crm.pages.next_steps import put_step_away, take
from crm.pages.notes import add_note, edit_note, pin_note
from crm.pages.palette import palette
from crm.pages.paste import paste
from crm.pages.record import delete, detail
from crm.pages.saved_views import views
from crm.pages.search import search
from crm.pages.sharing import reveal, shares, unshare, why
from crm.pages.timeline import timeline
from crm.pages.tree_editor import filter_tree
from crm.pages.undo import undo, undo_view
from frontend.views.access import permission, signed_in
from kernel.access import entity_for, require
from kernel.paths import own_entity
from kernel.registry import Entity

View = Callable[..., HttpResponseBase]

urlpatterns: list[URLPattern] = [
    path("", signed_in(home), name="home"),
    path("palette/", signed_in(palette), name="palette"),
    path("search/", signed_in(search), name="search"),
    path("lookup/<slug:entity>/", signed_in(lookup), name="lookup"),
    path("undo/view/<uuid:audit_id>/", signed_in(require_POST(undo_view)), name="undo_view"),
    path("work/<uuid:pk>/", signed_in(work), name="work"),
    path("work/<uuid:pk>/file/", signed_in(require_GET(work_file)), name="work_file"),
    path("undo/<uuid:batch>/", signed_in(require_POST(undo)), name="undo"),
    path("records/<slug:entity>/<uuid:pk>/timeline/", signed_in(require_GET(timeline)), name="timeline"),
    path("records/<slug:entity>/<uuid:pk>/notes/", signed_in(require_POST(add_note)), name="add_note"),
    path("records/<slug:entity>/<uuid:pk>/next/", signed_in(require_POST(put_step_away)), name="put_step_away"),
    path("records/<slug:entity>/<uuid:pk>/take/", signed_in(require_POST(take)), name="take_over"),
    path("notes/<uuid:pk>/edit/", signed_in(edit_note), name="edit_note"),
    path("notes/<uuid:pk>/pin/", signed_in(require_POST(pin_note)), name="pin_note"),
]

#: Page, address below the entity's own, view, and the permission it asks for first.
PAGES: tuple[tuple[str, str, View, str], ...] = (
    ("list", "", listing.entity_list, "view"),
    ("create", "new/", create, "add"),
    ("bulk", "bulk/", bulk, "view"),
    ("export", "export/", export, "export"),
    ("filter", "filter/", filter_form, "view"),
    ("filter_apply", "filter/apply/", filter_apply, "view"),
    ("filter_tree", "filter/tree/", filter_tree, "view"),
    ("columns", "columns/", require_POST(choose_columns), "view"),
    ("width", "columns/width/", require_POST(set_width), "view"),
    ("rows", "rows/", listing.group_rows, "view"),
    ("paste", "paste/", require_POST(paste), "change"),
    ("calendar", "calendar/", calendar, "view"),
    ("calendar_move", "calendar/move/", require_POST(move_event), "change"),
    ("chart", "chart/", chart, "view"),
    ("board", "board/", board, "view"),
    ("lane", "board/lane/<str:key>/", lane, "view"),
    ("move", "board/move/", require_POST(move), "change"),
    ("views", "views/", views, "view"),
    ("detail", "<uuid:pk>/", detail, "view"),
    ("edit", "<uuid:pk>/edit/", edit, "change"),
    ("delete", "<uuid:pk>/delete/", require_POST(delete), "delete"),
    ("cell", "<uuid:pk>/cell/<slug:name>/", edit_cell, "change"),
    ("shares", "<uuid:pk>/shares/", shares, "view"),
    ("unshare", "<uuid:pk>/shares/<uuid:share>/remove/", require_POST(unshare), "change"),
    ("why", "<uuid:pk>/why/", why, "view"),
    ("how", "<uuid:pk>/how/<slug:name>/", how, "view"),
    ("reveal", "<uuid:pk>/reveal/<slug:name>/", require_POST(reveal), "view"),
)


def entity_urls(entity: Entity) -> list[URLPattern]:
    """Patterns of one entity, for its engine's namespace: `sfa:deal_list` at /deals/ and so on."""
    return [
        path(f"{entity.plural}/{below}", _bound(view, entity, action), name=f"{entity.name}_{name}")
        for name, below, view, action in PAGES
    ]


def own_entity_urls() -> list[URLPattern]:
    """The same patterns once for all entities that organizations make themselves: /x_projects/ and so on."""
    return [
        path(f"<own:plural>/{below}", _bound_to_own(view, action), name=f"own_{name}")
        for name, below, view, action in PAGES
    ]


def _bound_to_own(view: View, action: str) -> Any:
    @wraps(view)
    def about_entity(request: HttpRequest, plural: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        entity, actor = own_entity(plural), actor_of(request)
        require(actor, entity.permission(action))
        return view(request, *args, entity=entity_for(actor, entity), **kwargs)

    return signed_in(about_entity)


def _bound(view: View, entity: Entity, action: str) -> Any:
    """The view, with the entity as this workspace has it and as the reader may see it."""

    @wraps(view)
    def about_entity(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, entity=entity_for(actor_of(request), entity.name), **kwargs)

    return permission(entity.permission(action))(about_entity)
