"""GET /api/v1/search/: over every entity that the caller may see, the likeliest first."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from crm.pages.searching import MOST_COUNTED, counts_of, search_hits, seen_entities
from kernel.access import Actor
from kernel.errors import Invalid
from kernel.registry import Entity
from kernel.search.shown import Shown, show

_SIZE, _MOST = 20, 100
_UNKNOWN = _("There is no such entity here, or you may not see it.")
_TEXT: dict[str, Any] = {"type": "string"}
_PIECES: dict[str, Any] = {
    "type": "array", "description": "The text in parts: [letters, whether they answered]",
    "items": {"type": "array", "items": {"anyOf": [_TEXT, {"type": "boolean"}]}},
}  # fmt: skip
_RESULT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "entity": _TEXT, "id": {"type": "string", "format": "uuid"}, "url": {"type": "string", "format": "uri"},
        "title": _TEXT, "detail": _TEXT, "marked": _PIECES,
        "match": {"type": "string", "enum": ["exact", "title", "word", "inside", "near"]},
    },
    "required": ["entity", "id", "url", "title", "detail", "marked", "match"],
}  # fmt: skip
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "items": _RESULT},
        "counts": {
            "type": "object", "additionalProperties": {"type": "integer", "minimum": 0},
            "description": f"By entity; {MOST_COUNTED + 1} stands for more than {MOST_COUNTED:,}",
        },
    },
    "required": ["results", "counts"],
}  # fmt: skip
_ASKED = [
    OpenApiParameter("q", OpenApiTypes.STR, description=str(_("What is looked for; its beginning is enough."))),
    OpenApiParameter("entities", OpenApiTypes.STR, description=str(_("Names of entities, by commas; all if absent."))),
    OpenApiParameter("limit", OpenApiTypes.INT, description=str(_("At most so many results, up to 100."))),
]


class SearchView(ApiView):
    @extend_schema(operation_id="search", summary=str(_("Search")), parameters=_ASKED, responses={200: _ANSWER})
    def get(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:200]
        kinds = chosen_entities(request.query_params.get("entities", ""), self.actor)
        hits = search_hits(text, actor=self.actor, most=limit_of(request), entities=kinds)
        counts = counts_of(text, actor=self.actor, entities=kinds)
        shown = show(hits, actor=self.actor)
        return Response({"results": [represent(one, request) for one in shown], "counts": counts})


def chosen_entities(names: str, actor: Actor) -> list[Entity]:
    seen = {entity.name: entity for entity in seen_entities(actor)}
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(seen)
    if unknown := [name for name in wanted if name not in seen]:
        raise Invalid.one("entities", "unknown_entity", f"{unknown[0]}: {_UNKNOWN}")
    return [seen[name] for name in dict.fromkeys(wanted)]


def limit_of(request: Request) -> int:
    text = request.query_params.get("limit", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else _SIZE
    return max(1, min(number, _MOST))


def represent(one: Shown, request: Request) -> dict[str, Any]:
    name = one.hit.entity.name
    path = reverse(f"api-{name}-record", kwargs={"pk": str(one.hit.id)})
    return {
        "entity": name, "id": str(one.hit.id), "url": request.build_absolute_uri(path), "title": one.title,
        "detail": one.detail, "marked": one.title_pieces, "match": one.hit.tier.name.lower(),
    }  # fmt: skip
