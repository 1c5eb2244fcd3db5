"""The OpenAPI document of one workspace: only engines that are on are in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from api.gate import is_on
from api.views.entities import EntityViewSet
from kernel.access import Actor, entity_for
from kernel.context import require_tenant
from kernel.registry import registry
from kernel.registry.overlay import Overlay, current_overlay, with_overlay


class EngineGenerator(SchemaGenerator):
    """`own`: names of the organization's own entities that the reader may see."""

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
        self.own = own

    def _initialise_endpoints(self) -> None:
        super()._initialise_endpoints()  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
        # Views of the API wear the gate's mark; anything else that happens to be a DRF view is not ours to publish.
        found: Any = self.endpoints
        ours = (
            endpoint for endpoint in found
            if (engine := getattr(endpoint[3], "peyvand_engine", None)) is not None and is_on(engine)
        )  # fmt: skip
        self.endpoints: list[Any] = [one for endpoint in ours for one in _written_out(self.own, *endpoint)]

    def get_schema(self, request: Any = None, public: bool = True) -> dict[str, Any]:
        schema: dict[str, Any] = super().get_schema(None, public=True)  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
        schema["info"]["description"] = _(
            "Every record of this workspace, within what your role lets you see. Errors are application/problem+json."
        )
        _drop_blank_defaults(schema["components"].get("schemas", {}))
        schema["jsonSchemaDialect"] = "https://json-schema.org/draft/2020-12/schema"
        return schema


def _written_out(
    own: frozenset[str], path: str, regex: str, method: str, callback: Any
) -> Iterator[tuple[str, str, str, Any]]:
    """The addresses of organizations' own entities stand in the document with this one's own names."""
    if "{plural}" not in path:
        yield path, regex, method, callback
        return
    for entity in current_overlay().own:
        if entity.name not in own:
            continue
        view = EntityViewSet.as_view(callback.actions, entity=entity)
        yield path.replace("{plural}", entity.plural), regex, method, view


def _drop_blank_defaults(schemas: dict[str, Any]) -> None:
    """A serializer's `default=""` means "may be left out"; as a value it would break the minimum length beside it."""
    for schema in schemas.values():
        for found in schema.get("properties", {}).values():
            if found.get("default") == "" and found.get("minLength"):
                del found["default"]


@dataclass(frozen=True)
class Told:
    """What hangs on the reader: the definitions they are told of, and what cuts entities down for them
    (kernel.narrowing): levels of fields, record types, territories. Readers with the same are told the same."""

    names: frozenset[str] = frozenset()
    fields: frozenset[tuple[str, str]] = frozenset()
    types: frozenset[tuple[Any, ...]] = frozenset()
    territories: bool = False
    known: bool = False

    @classmethod
    def to(cls, actor: Actor, names: Iterable[str]) -> "Told":
        types = {
            (one.id, one.entity, one.key, one.active, one.default, one.open, frozenset(one.names.items()))
            for one in actor.types
        }
        levels = frozenset(actor.fields.items())
        return cls(frozenset(names), levels, frozenset(types), actor.has_territories, known=True)


@lru_cache(maxsize=64)
def _document(_engines: frozenset[str], _language: str | None, _overlay: UUID | None, told: Told) -> dict[str, Any]:
    own = frozenset(entity.name for entity in current_overlay().own)
    return EngineGenerator(own & told.names).get_schema()


@contextmanager
def only_what_is_told(request: HttpRequest | Request) -> Iterator[Told]:
    """Every entity as the reader may know it, and of the workspace's definitions those whose records they may see.
    Whoever is not signed in is told what every workspace has, and nothing else."""
    overlay, actor = current_overlay(), getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        with with_overlay(Overlay({}, overlay.stamp)):
            yield Told()
        return
    seen = {name: entity for name, entity in overlay.entities.items() if actor.may(entity.permission("view"))}
    with with_overlay(Overlay(seen, overlay.stamp)):
        cut = {kind.name: narrow for kind in registry.entities if (narrow := entity_for(actor, kind)) is not kind}
    with with_overlay(Overlay({**seen, **cut}, overlay.stamp)):
        yield Told.to(actor, seen)


def document_for(request: HttpRequest | Request) -> dict[str, Any]:
    """The document of this workspace for this reader, with its own address. Kept for all who are told the same."""
    with only_what_is_told(request) as told:
        return document_of(request, told)


def document_of(request: HttpRequest | Request, told: Told) -> dict[str, Any]:
    """The same, where only what is told is bound already."""
    schema = _document(require_tenant().engines, get_language(), current_overlay().stamp, told)
    return {**schema, "servers": [{"url": request.build_absolute_uri("/").rstrip("/")}]}
