"""Saved views over the API: what a program keeps, people open, and the other way round."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from crm.api.schema import VIEW, VIEW_LIST, WRITTEN
from crm.models import SavedView
from crm.pages import views_store as store
from crm.pages.state import from_params
from kernel.access import Actor, entity_for, require
from kernel.errors import Invalid
from kernel.query import parse_filters, parse_tree
from kernel.registry import Entity, registry
from kernel.registry.book import UnknownName

_MOST = 500


def represent(view: SavedView, actor: Actor) -> dict[str, Any]:
    shared = "all" if view.shared else str(view.team_id) if view.team_id else ""
    return {
        "id": str(view.pk), "entity": view.entity, "name": view.name, "shared": shared, "mode": store.mode_of(view),
        "params": view.params, "first_for_all": view.is_default, "mine": store.may_change(view, actor),
        "made_by": str(view.user_id), "made_by_label": str(view.user), "created_at": view.created_at,
    }  # fmt: skip


def _entity(name: str, actor: Actor) -> Entity:
    try:
        kind = entity_for(actor, name)
    except UnknownName:
        raise Invalid.one("entity", "unknown_entity", _("There is no such kind of record.")) from None
    require(actor, kind.permission("view"))
    return kind


def _params(given: Any, entity: Entity, actor: Actor) -> dict[str, Any]:
    """What a view keeps, checked as the list's own address would be."""
    if not isinstance(given, dict) or len(str(given)) > 30_000 or "\x00" in str(given):
        raise Invalid.one("params", "not_an_object", _("This is a JSON object, for example {“Company”: “name”}."))
    filters = given.get("filters") or {}
    if not isinstance(filters, dict) or not isinstance(given.get("columns") or [], list):
        raise Invalid.one("params", "not_an_object", _("This is a JSON object, for example {“Company”: “name”}."))
    parse_filters(entity, {str(key): value for key, value in filters.items()})
    parse_tree(entity, str(given.get("f") or ""), actor=actor)
    mode = str(given.get("mode") or "list")
    if mode not in store.MODES:
        raise Invalid.one("params", "unknown_mode", _("A view is shown as list, board, calendar or chart."))
    return {**from_params(entity, given).as_params(), "mode": mode}


def _text(data: Any, name: str) -> str:
    return str(data.get(name) or "")


class ViewsView(ApiView):
    keeps_answers = True

    @extend_schema(
        operation_id="views_list", summary=str(_("List saved views")), responses={200: VIEW_LIST},
        parameters=[OpenApiParameter("entity", str, description=str(_("Only views of this kind of record.")))],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = store.views_visible_to(self.actor)
        if wish := request.query_params.get("entity"):
            rows = rows.filter(entity=wish.replace("\x00", ""))
        open_here = {e.name for e in registry.entities if self.actor.may(e.permission("view"))}
        views = [represent(view, self.actor) for view in rows[:_MOST] if view.entity in open_here]
        return Response({"results": views, "next": None, "previous": None, "count": len(views)})

    @extend_schema(
        operation_id="views_create",
        summary=str(_("Save a view")),
        request={"application/json": WRITTEN},
        responses={201: VIEW},
    )
    def post(self, request: Request) -> Response:
        data: Any = request.data if isinstance(request.data, dict) else {}
        entity = _entity(_text(data, "entity"), self.actor)
        params = _params(data["params"] if data.get("params") is not None else {}, entity, self.actor)
        view = store.save_view(
            entity, actor=self.actor, name=_text(data, "name"), params=params,
            sharing=store.Sharing.read(_text(data, "shared")),
        )  # fmt: skip
        return Response(represent(view, self.actor), status=201)


class ViewView(ApiView):
    @extend_schema(operation_id="views_read", summary=str(_("Read a saved view")), responses={200: VIEW})
    def get(self, request: Request, pk: str) -> Response:
        return Response(represent(store.get_view(pk, actor=self.actor), self.actor))

    @extend_schema(
        operation_id="views_change",
        summary=str(_("Change a saved view")),
        request={"application/json": WRITTEN},
        responses={200: VIEW},
    )
    def patch(self, request: Request, pk: str) -> Response:
        data: Any = request.data if isinstance(request.data, dict) else {}
        view = store.get_view(pk, actor=self.actor)
        entity = _entity(view.entity, self.actor)
        view = store.update_view(
            pk, actor=self.actor, name=_text(data, "name") if "name" in data else None,
            sharing=store.Sharing.read(_text(data, "shared")) if "shared" in data else None,
            params=_params(data["params"], entity, self.actor) if "params" in data else None,
        )  # fmt: skip
        return Response(represent(view, self.actor))

    @extend_schema(operation_id="views_delete", summary=str(_("Delete a saved view")), responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        store.delete_view(pk, actor=self.actor)
        return Response(status=204)
