"""The operations on an entity, written straight from the registry."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from api.schema import components, problems
from api.schema.components import put
from api.schema.fields import UUID, Schema, component
from api.schema.parameters import (
    ID,
    IDEMPOTENCY,
    IF_MATCH,
    IF_NONE_MATCH,
    MATCH,
    SHARE,
    list_parameters,
    paging,
    shaping,
)
from kernel.registry import Entity
from kernel.registry import registry as entities


def _json(schema: Schema, **more: Any) -> Schema:
    return {"application/json": {"schema": schema, **more}}


class EntitySchema(AutoSchema):
    """Set on the viewset; drf-spectacular asks for each path and method."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        self.registry, self.path, self.path_regex = registry, path, path_regex
        self.path_prefix, self.method = path_prefix, method.upper()
        view: Any = self.view
        entity: Entity = entities.entity(view.entity)
        action: str = view.action
        build: Callable[[Entity], Schema] = getattr(self, f"_{action}")
        built = build(entity)
        statuses = [401, 403, 429, *built.pop("problems")]
        operation = {
            "operationId": f"{entity.plural}_{action}",
            "tags": [entity.plural],
            "summary": built.pop("summary"),
            "security": self.get_auth(),
            "x-engine": entity.engine,
            **built,
        }
        operation["responses"] |= problems.responses(registry, *sorted(statuses))
        return operation

    # ── parts ──
    def _ref(self, entity: Entity, suffix: str, make: Callable[[Entity], Schema]) -> Schema:
        return put(self.registry, component(entity, suffix), lambda: make(entity))

    def _record_answer(self, entity: Entity, text: str, **headers: Schema) -> Schema:
        shown = {**headers, "ETag": {"schema": {"type": "string"}}, **problems.rate_headers()}
        body = _json(
            self._ref(entity, "", components.record), examples={"record": {"value": components.example(entity)}}
        )
        return {"description": text, "headers": shown, "content": body}

    def _answer(self, text: str, schema: Schema) -> Schema:
        return {"description": text, "headers": problems.rate_headers(), "content": _json(schema)}

    def _shared(self, name: str, make: Callable[[], Schema]) -> Schema:
        put(self.registry, "FieldError", components.field_error)
        return put(self.registry, name, make)

    # ── operations ──
    def _list(self, entity: Entity) -> Schema:
        item = self._ref(entity, "", components.record)
        schema = put(self.registry, component(entity, "Page"), lambda: components.page(item))
        return {
            "summary": _("List and search"),
            "parameters": list_parameters(entity),
            "responses": {"200": self._answer(_("One page."), schema)},
            "problems": [422],
        }

    def _create(self, entity: Entity) -> Schema:
        body = _json(
            self._ref(entity, "Create", components.create),
            examples={"record": {"value": components.written_example(entity)}},
        )
        location = {"schema": {"type": "string", "format": "uri"}}
        return {
            "summary": _("Create"),
            "parameters": [IDEMPOTENCY, *shaping(entity)],
            "requestBody": {"required": True, "content": body},
            "responses": {"201": self._record_answer(entity, _("The new record."), Location=location)},
            "problems": [400, 409, 413, 415, 422],
        }

    def _retrieve(self, entity: Entity) -> Schema:
        return {
            "summary": _("Read one"),
            "parameters": [ID, IF_NONE_MATCH, *shaping(entity)],
            "responses": {
                "200": self._record_answer(entity, _("The record.")),
                "304": {"description": _("You have this version already.")},
            },
            "problems": [404, 422],
        }

    def _partial_update(self, entity: Entity) -> Schema:
        return {
            "summary": _("Change some values"),
            "parameters": [ID, IF_MATCH, *shaping(entity)],
            "requestBody": {"required": True, "content": _json(self._ref(entity, "Patch", components.patch))},
            "responses": {"200": self._record_answer(entity, _("The record as it is now."))},
            "problems": [400, 404, 409, 412, 415, 422],
        }

    def _destroy(self, _entity: Entity) -> Schema:
        return {
            "summary": _("Delete; can be restored"),
            "parameters": [ID, IF_MATCH],
            "responses": {"204": {"description": _("Deleted."), "headers": problems.rate_headers()}},
            "problems": [404, 412],
        }

    def _restore(self, entity: Entity) -> Schema:
        return {
            "summary": _("Bring a deleted record back"),
            "parameters": [ID, IDEMPOTENCY],
            "responses": {"200": self._record_answer(entity, _("The record."))},
            "problems": [404, 409, 422],
        }

    def _history(self, _entity: Entity) -> Schema:
        return {
            "summary": _("Who changed what, newest first"),
            "parameters": [ID, *paging()],
            "responses": {"200": self._answer(_("One page."), self._shared("History", components.history))},
            "problems": [404, 422],
        }

    def _list_shares(self, _entity: Entity) -> Schema:
        return {
            "summary": _("With whom it is shared"),
            "parameters": [ID],
            "responses": {"200": self._answer(_("All shares."), self._shared("Shares", components.shares))},
            "problems": [404],
        }

    def _share(self, _entity: Entity) -> Schema:
        return {
            "summary": _("Share it with a person, a team or a role"),
            "parameters": [ID, IDEMPOTENCY],
            "requestBody": {"required": True, "content": _json(components.new_share())},
            "responses": {"201": self._answer(_("The share."), self._shared("Share", components.share))},
            "problems": [400, 404, 409, 413, 415, 422],
        }

    def _unshare(self, _entity: Entity) -> Schema:
        return {
            "summary": _("Take a share back"),
            "parameters": [ID, SHARE],
            "responses": {"204": {"description": _("No longer shared."), "headers": problems.rate_headers()}},
            "problems": [404],
        }

    def _bulk(self, entity: Entity) -> Schema:
        item = self._ref(entity, "Values", lambda e: components.closed(components.create(e)["properties"]))
        schema = put(self.registry, component(entity, "Bulk"), lambda: components.bulk(entity, item))
        shown: Schema = {"records": [components.written_example(entity)]}
        if entity.match:
            shown["match"] = entity.match[0]
        return {
            "summary": _("Create or change many by a match key"),
            "parameters": [IDEMPOTENCY, MATCH],
            "requestBody": {"required": True, "content": _json(schema, examples={"bulk": {"value": shown}})},
            "responses": {
                "200": self._answer(_("What became of each."), self._shared("BulkResult", components.bulk_result))
            },
            "problems": [400, 409, 413, 415, 422],
        }

    def _bulk_destroy(self, _entity: Entity) -> Schema:
        ids = {"type": "array", "items": UUID, "maxItems": 10_000}
        done = components.closed(
            {"deleted": components.COUNT, "refused": components.COUNT, "batch": UUID},
            ["deleted", "refused", "batch"],
        )
        return {
            "summary": _("Delete many"),
            "requestBody": {"required": True, "content": _json(components.closed({"ids": ids}, ["ids"]))},
            "responses": {
                "200": self._answer(_("How many were deleted."), put(self.registry, "BulkDeleted", lambda: done))
            },
            "problems": [400, 413, 415, 422],
        }
