"""Mounted by the workspace's urlconf at `api/`. Every entity of every installed engine, behind its engine's gate."""

from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path

from api.gate import gated, mount
from api.views import docs, entities, root, unknown
from kernel.registry import Entity, registry

View = entities.EntityViewSet


#: Below an entity's own address: list/create, bulk, one record, its restoring, its history and its shares.
ROUTES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("", "list", {"get": "list", "post": "create"}),
    ("bulk/", "bulk", {"post": "bulk", "delete": "bulk_destroy"}),
    ("<str:pk>/", "record", {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ("<str:pk>/restore/", "restore", {"post": "restore"}),
    ("<str:pk>/history/", "history", {"get": "history"}),
    ("<str:pk>/shares/", "shares", {"get": "list_shares", "post": "share"}),
    ("<str:pk>/shares/<str:share>/", "share", {"delete": "unshare"}),
)


def entity_patterns(entity: Entity) -> list[URLPattern]:
    base, name, routes = f"{entity.plural}/", f"api-{entity.name}", ROUTES
    if not entity.editable_fields:  # only services of its engine write it
        routes = tuple((route, suffix, {"get": acts["get"]}) for route, suffix, acts in routes if "get" in acts)
    return [
        path(base + route, gated(View.as_view(actions, entity=entity), entity.engine), name=f"{name}-{suffix}")
        for route, suffix, actions in routes
    ]


def own_entity_patterns() -> list[URLPattern]:
    """Once for all entities that organizations make themselves."""
    own = entities.OwnEntityViewSet
    return [
        path(f"<own:plural>/{route}", gated(own.as_view(actions), "crm"), name=f"api-own-{suffix}")
        for route, suffix, actions in ROUTES
    ]


def engine_patterns() -> list[URLPattern | URLResolver]:
    """Engines' own addresses come first, so that `users/me/` is not taken for a record's."""
    own: list[URLPattern | URLResolver] = []
    generic: list[URLPattern | URLResolver] = []
    for module in registry.modules:
        if module.api_urls:
            own += mount(import_module(module.api_urls).urlpatterns, module.name)
        for entity in module.entities:
            generic += entity_patterns(entity)
    return [*own, *generic, *own_entity_patterns()]


urlpatterns: list[URLPattern | URLResolver] = [
    path("docs/", gated(docs.overview, ""), name="api-docs"),
    path("docs/<str:tag>/", gated(docs.section, ""), name="api-docs-section"),
    path("v1/", gated(root.RootView.as_view(), ""), name="api-root"),
    path("v1/schema/", gated(root.SchemaView.as_view(), ""), name="api-schema"),
    path("v1/", include(engine_patterns())),
    re_path("", gated(unknown.unknown, ""), name="api-unknown"),
]
