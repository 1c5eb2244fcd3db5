"""Addresses of an entity's pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from kernel.access import Actor
from kernel.registry import Entity, registry


def entity_url(entity: Entity, page: str, *args: Any, query: str = "") -> str:
    """The address of one of an entity's pages, such as entity_url(deal, "cell", pk, "amount")."""
    if entity.is_own:
        address = reverse(f"crm:own_{page}", args=[entity.plural, *args])
    else:
        address = reverse(f"{entity.engine}:{entity.name}_{page}", args=args)
    return f"{address}?{query}" if query else address


def record_url(target: str, pk: Any) -> str:
    """Where a related record is read; empty for what has no page of its own (a user, a team)."""
    entity = registry.entity(target)
    return entity_url(entity, "detail", pk) if entity.pages else ""


def optional_url(name: str, *args: Any) -> str:
    """The address of a page another part may or may not offer."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. The access wrappers have made sure that somebody does."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by identity's middleware
    return actor


def wants(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for this part of the page only."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == target


def layout_of(entity: Entity) -> str:
    """The frame around an entity's pages: lists that one sets up once stand among the settings."""
    return "layouts/setup.html" if registry.is_setup(entity) else "layouts/app.html"
