"""OpenAPI shapes of saved views."""

from typing import Any

_ID: dict[str, Any] = {"type": "string", "format": "uuid"}
_PARAMS: dict[str, Any] = {
    "type": "object",
    "description": "Parts of a list's address",
    "properties": {
        "filters": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "f": {"type": "string", "contentMediaType": "application/json"},
        "q": {"type": "string"}, "sort": {"type": "string"}, "columns": {"type": "array", "items": {"type": "string"}},
        "mode": {"type": "string", "enum": ["list", "board", "calendar", "chart"]},
        "group": {"type": "string"}, "by": {"type": "string"}, "by_order": {"type": "string"},
        "lane": {"type": "string"}, "on": {"type": "string"}, "span": {"type": "string"},
        "measure": {"type": "string"}, "shape": {"type": "string"},
    },
}  # fmt: skip
_SHARED: dict[str, Any] = {"type": "string", "description": "“”: only its maker; “all”: everybody; or a team's id"}

WRITTEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "entity": {"type": "string", "examples": ["deal"]}, "name": {"type": "string", "maxLength": 100},
        "shared": _SHARED, "params": _PARAMS,
    },
}  # fmt: skip

VIEW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": _ID, **WRITTEN["properties"], "mode": {"type": "string"}, "first_for_all": {"type": "boolean"},
        "mine": {"type": "boolean"}, "made_by": _ID, "made_by_label": {"type": "string"},
        "created_at": {"type": "string", "format": "date-time"},
    },
    "required": ["id", "entity", "name", "shared", "params"],
}  # fmt: skip

VIEW_LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "items": VIEW}, "next": {"type": "null"}, "previous": {"type": "null"},
        "count": {"type": "integer", "minimum": 0},
    },
    "required": ["results", "count"],
}  # fmt: skip

UPLOAD: dict[str, Any] = {
    "type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"],
}  # fmt: skip

FILE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"}, "entity": {"type": "string"},
        "record_id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
        "content_type": {"type": "string"}, "size": {"type": "integer"},
        "purpose": {"type": "string", "enum": ["file", "picture"]},
        "created_at": {"type": "string", "format": "date-time"}, "url": {"type": "string", "format": "uri"},
    },
}  # fmt: skip
