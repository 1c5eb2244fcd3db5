"""What is here: the list of entities, and the OpenAPI document."""

from typing import Any

from django.urls import reverse
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import Anyone, actor_of, words_for
from api.schema.generator import document_for
from api.views.base import ApiView
from api.views.entities import entity_address
from kernel.access import Actor
from kernel.context import require_tenant
from kernel.registry import ACTIONS, Entity, registry


class RootView(ApiView):
    """The entities of this workspace and what you may do with them."""

    @extend_schema(summary="Root", responses={200: {"type": "object"}}, operation_id="root")
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        entities = registry.entities_of(require_tenant().engines)
        return Response(
            {
                "results": [_entity(request, e, actor) for e in entities if actor.may(e.permission("view"))],
                "schema": request.build_absolute_uri(reverse("api-schema")),
                "docs": request.build_absolute_uri(reverse("api-docs")),
            }
        )


def _entity(request: Request, entity: Entity, actor: Actor) -> dict[str, Any]:
    return {
        "name": entity.name,
        "plural": entity.plural,
        "label": entity.label,
        "label_plural": entity.label_plural,
        "engine": entity.engine,
        "url": request.build_absolute_uri(entity_address(entity, "list")),
        "may": {action: actor.level(entity.permission(action)) for action in ACTIONS},
    }


class SchemaView(ApiView):
    """OpenAPI 3.1 of the engines that are on; JSON unless YAML is asked for. It tells nothing of any record."""

    permission_classes = (Anyone,)
    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2)
    schema = None

    def get(self, request: Request) -> Response:
        with words_for(request):
            return Response(document_for(request))
