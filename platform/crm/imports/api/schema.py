"""OpenAPI shapes of imports, written once by hand: an import is no entity of the registry."""

from __future__ import annotations

from typing import Any

_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_MOMENT: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
_STATES = ["draft", "waiting", "running", "done", "failed", "cancelled"]

IMPORT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "url": {"type": "string", "format": "uri"},
        "errors_url": {"type": "string", "format": "uri"},
        "entity": {"type": "string", "examples": ["deal"]},
        "filename": {"type": "string"},
        "state": {"type": "string", "enum": _STATES},
        "rows": {**_COUNT, "description": "made + changed + unchanged + refused, at every moment"},
        "made": _COUNT, "changed": _COUNT, "unchanged": _COUNT, "refused": _COUNT,
        "rows_total": {"type": ["integer", "null"], "minimum": 0},
        "related_made": {"type": "object", "additionalProperties": _COUNT},
        "mapping": {"type": "object", "additionalProperties": True},
        "match": {"type": "array", "items": {"type": "string"}},
        "options": {"type": "object", "additionalProperties": True},
        "problem": {
            "type": ["object", "null"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        },
        "created_at": _MOMENT, "started_at": _MOMENT, "finished_at": _MOMENT,
    },
    "required": ["id", "state", "rows", "made", "changed", "unchanged", "refused"],
}  # fmt: skip

IMPORT_LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "items": IMPORT},
        "next": {"type": "null"}, "previous": {"type": "null"}, "count": _COUNT,
    },
    "required": ["results", "next", "previous", "count"],
}  # fmt: skip

UPLOAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV or XLSX"},
        "entity": {"type": "string", "examples": ["deal", "accounts"]},
        "mapping": {"type": "string", "description": "JSON: column → field, `relation.field`, list of these, or null"},
        "match": {"type": "string", "description": "Field (or fields, by commas) that recognises a record"},
        "options": {
            "type": "string",
            "description": "JSON: create_related, encoding, delimiter, sheet, columns {name: {date_order}}",
        },
    },
    "required": ["file", "entity"],
}
