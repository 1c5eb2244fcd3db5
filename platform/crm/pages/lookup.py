"""Typing ahead over related records, for the form's combobox: JSON, and only what one may see."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from crm.pages.links import actor_of
from kernel.access import entity_for, require
from kernel.errors import NotFound
from kernel.query import suggest
from kernel.registry.book import UnknownName


def lookup(request: HttpRequest, entity: str) -> HttpResponse:
    actor = actor_of(request)
    try:
        kind = entity_for(actor, entity)
    except UnknownName:
        raise NotFound() from None
    require(actor, kind.permission("view"))
    found = suggest(kind, request.GET.get("q", "")[:200], actor=actor, limit=8)
    return JsonResponse({"results": [{"id": str(s.id), "label": s.label, "detail": s.detail} for s in found]})
