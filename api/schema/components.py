"""The schemas of each entity and those that all share."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from api.representation import loose_currencies, system_fields
from api.schema.fields import (
    EXPANDED,
    UUID,
    Schema,
    component,
    hanging_schema,
    read_schema,
    sample,
    write_hanging_schema,
    write_schema,
)
from kernel.asides import asides_of
from kernel.registry import Entity

Make = Callable[[], Schema]
COUNT: Schema = {"type": "integer", "minimum": 0}
_ADDRESS: Schema = {"type": ["string", "null"], "format": "uri"}
_SYSTEM: dict[str, Schema] = {
    "id": {**UUID, "readOnly": True},
    "version": {"type": "integer", "readOnly": True},
    "created_at": {"type": "string", "format": "date-time", "readOnly": True},
    "updated_at": {"type": "string", "format": "date-time", "readOnly": True},
}


def closed(properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> Schema:
    """An object with these properties and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**schema, "required": required} if required else schema


def put(registry: ComponentRegistry, name: str, make: Make, kind: str = ResolvedComponent.SCHEMA) -> Schema:
    """Register a component once; gives the reference to it."""
    resolved = ResolvedComponent(name=name, type=kind, object=put)  # type: ignore[no-untyped-call]  # drf-spectacular's is untyped
    if resolved not in registry:
        resolved.schema = make()
        registry.register(resolved)
    return resolved.ref


def record(entity: Entity) -> Schema:
    """A record as it is read. `?fields=` may leave properties out, so only the id is certain."""
    properties: dict[str, Schema] = {name: _SYSTEM[name] for name in ("id", *system_fields(entity))}
    for field in entity.all_fields.values():
        properties[field.name] = read_schema(entity, field)
        if field.kind == "relation":
            plain = {k: v for k, v in properties[field.name].items() if k in ("type", "format")}
            said = {k: v for k, v in properties[field.name].items() if k not in plain}
            properties[field.name] = {**said, "anyOf": [plain, EXPANDED]}
            properties[f"{field.name}_label"] = {
                "type": ["string", "null"], "readOnly": True,
                "description": _("What it is called; null when you may not see it."),
            }  # fmt: skip
    for aside in asides_of(entity).values():
        properties[aside.name] = hanging_schema(aside)
        properties[f"{aside.name}_label"] = {
            "type": "array", "items": {"type": "string"}, "readOnly": True,
            "description": _("What they are called, in the same order."),
        }  # fmt: skip
    for name in loose_currencies(entity):
        properties[name] = {"type": "string", "readOnly": True}
    return closed(properties, ["id"], title=str(entity.label), examples=[example(entity)])


def example(entity: Entity) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": "01934f5e-0000-7000-8000-000000000001"}
    for field in entity.all_fields.values():
        shown[field.name] = sample(field)
        if field.kind == "relation":
            shown[f"{field.name}_label"] = "…"
    for aside in asides_of(entity).values():
        shown |= {aside.name: [sample(aside)], f"{aside.name}_label": ["…"]}
    return shown


def written_example(entity: Entity) -> dict[str, Any]:
    """The least that makes a record, and one thing more to see what values look like."""
    fields = [f for f in entity.editable_fields if f.required]
    fields += [f for f in entity.editable_fields if not f.required and f.kind != "relation"][:2]
    return {f.name: sample(f) if f.kind != "relation" else {"name": "…"} for f in fields}


def written(entity: Entity) -> dict[str, Schema]:
    own = {f.name: write_schema(f) for f in entity.editable_fields}
    return own | {aside.name: write_hanging_schema(aside) for aside in asides_of(entity).values()}


def create(entity: Entity) -> Schema:
    properties = written(entity)
    required = [f.name for f in entity.editable_fields if f.required and f.default is None]
    return closed(properties, required, examples=[written_example(entity)])


def patch(entity: Entity) -> Schema:
    properties = written(entity)
    version = {"type": "integer", "description": _("The version you read; 409 when it is no longer the current one.")}
    return closed({**properties, "version": version}, minProperties=1)


def page(item: Schema) -> Schema:
    told = _("Whether the count is exact or an estimate. Neither stands there after “?count=none”.")
    count_is: Schema = {"type": "string", "enum": ["exact", "about"], "description": told}
    results: Schema = {"type": "array", "items": item}
    return closed(
        {"results": results, "next": _ADDRESS, "previous": _ADDRESS, "count": COUNT, "count_is": count_is},
        ["results", "next", "previous"],
    )


def bulk(entity: Entity, item: Schema) -> Schema:
    names = [f.name for f in entity.all_fields.values() if f.kind != "longtext" and not f.masked]
    name: Schema = {"type": "string", "enum": names}
    records: Schema = {"type": "array", "items": item, "maxItems": 10_000}
    whole = closed({"match": {"anyOf": [name, {"type": "array", "items": name}]}, "records": records}, ["records"])
    return {"anyOf": [whole, records]}


def field_error() -> Schema:
    text: Schema = {"type": "string"}
    return closed({"field": text, "code": text, "message": text}, ["field", "code", "message"])


def problem() -> Schema:
    text: Schema = {"type": "string"}
    properties: dict[str, Schema] = {
        "type": {"type": "string", "format": "uri-reference"}, "title": text, "status": {"type": "integer"},
        "detail": text, "instance": {"type": "string", "format": "uri-reference"}, "code": text,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}}, "reference": text,
        "current": {"type": "object", "description": _("With a conflict: the record as it is now.")},
    }  # fmt: skip
    required = ["type", "title", "status", "detail", "instance", "code", "errors", "reference"]
    return {"type": "object", "properties": properties, "required": required}


def bulk_result() -> Schema:
    row = closed(
        {
            "index": COUNT,
            "kind": {"type": "string", "enum": ["made", "changed", "unchanged", "refused"]},
            "id": {"type": ["string", "null"], "format": "uuid"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        },
        ["index", "kind", "id", "errors"],
    )
    counts = dict.fromkeys(("made", "changed", "unchanged", "refused"), COUNT)
    return closed({**counts, "results": {"type": "array", "items": row}}, [*counts, "results"])


def history() -> Schema:
    text: Schema = {"type": "string"}
    change = closed({"field": text, "label": text, "old": {}, "new": {}}, ["field", "label", "old", "new"])
    actor = closed({"id": {"type": ["string", "null"], "format": "uuid"}, "label": text}, ["id", "label"])
    entry = closed(
        {
            "id": UUID, "at": {"type": "string", "format": "date-time"}, "action": text, "source": text,
            "actor": actor, "batch": {"type": ["string", "null"], "format": "uuid"},
            "changes": {"type": "array", "items": change},
        },
        ["id", "at", "action", "source", "actor", "batch", "changes"],
    )  # fmt: skip
    return closed({"results": {"type": "array", "items": entry}, "next": _ADDRESS}, ["results", "next"])


def _share_words() -> dict[str, Any]:
    return {
        "to_kind": {"type": "string", "enum": ["user", "team", "role"]}, "to": UUID,
        "level": {"type": "string", "enum": ["view", "change", "delete"]},
        "until": {"type": ["string", "null"], "format": "date-time"}, "note": {"type": "string", "maxLength": 300},
    }  # fmt: skip


def share() -> Schema:
    label: Schema = {"type": ["string", "null"]}
    given = _share_words()
    whole = {"id": UUID, **given, "to_label": label, "by": {"type": ["string", "null"], "format": "uuid"},
             "by_label": label, "created_at": {"type": "string", "format": "date-time"}}  # fmt: skip
    return closed(whole, list(whole))


def shares() -> Schema:
    return closed({"results": {"type": "array", "items": share()}}, ["results"])


def new_share() -> Schema:
    return closed(_share_words(), ["to_kind", "to"])


def name_of(entity: Entity, suffix: str = "") -> str:
    return component(entity, suffix)
