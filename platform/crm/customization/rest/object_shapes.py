"""OpenAPI shapes of objects and relations, written once by hand: a definition is no record of the registry."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from crm.customization.objects import AUDIENCES, ICONS
from crm.customization.rest.shapes import WORDS, Schema
from crm.models import CustomRelation

CONFIRM = OpenApiParameter("confirm", str, required=True, description="The object's name.")
_TEXT: Schema = {"type": "string"}
_TRUTH: Schema = {"type": "boolean"}
_STATE: Schema = {"type": "string", "enum": ["active", "deactivated"]}


def _page(row: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            "results": {"type": "array", "items": row}, "next": {"type": "null"}, "previous": {"type": "null"},
            "count": {"type": "integer"},
        },
    }  # fmt: skip


def _body(properties: dict[str, Any], *required: str) -> Schema:
    body: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**body, "required": list(required)} if required else body


_SAID: dict[str, Any] = {
    "label": WORDS, "label_plural": WORDS, "title_label": WORDS, "help": WORDS,
    "icon": {"type": "string", "enum": list(ICONS)}, "in_navigation": _TRUTH,
}  # fmt: skip
_KEYS: dict[str, Any] = {
    "name": {"type": "string", "examples": ["x_project"], "description": "Left out, it is made from the label."},
    "plural": {"type": "string", "examples": ["x_projects"]},
    "open_to": {"type": "string", "enum": list(AUDIENCES), "description": "Who uses it at first; roles say the rest."},
}  # fmt: skip
OBJECT: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"}, "name": _TEXT, "plural": _TEXT, **_SAID, "is_link": _TRUTH,
        "ends": {"type": "array", "items": _TEXT, "description": "The two relation fields of a link."},
        "position": {"type": "integer"}, "state": _STATE, "records": {"type": "integer"},
    },
}  # fmt: skip
OBJECTS = _page(OBJECT)
NEW_OBJECT = _body({**_SAID, **_KEYS}, "label", "label_plural")
CHANGE_OBJECT = _body({**_SAID, "state": _STATE})
_RELATION: dict[str, Any] = {
    "label": WORDS, "list_label": {**WORDS, "description": "What the list on the other record's page is called."},
    "listed": _TRUTH, "columns": {"type": "array", "items": _TEXT},
    "position": {"type": "integer", "minimum": 0, "maximum": 1000},
    "on_delete": {"type": "string", "enum": list(CustomRelation.OnDelete.values)},
}  # fmt: skip
_FIXED: dict[str, Any] = {
    "entity": {"type": "string", "examples": ["x_project"]}, "target": {"type": "string", "examples": ["account"]},
    "name": {"type": "string", "examples": ["x_customer"]}, "required": _TRUTH,
}  # fmt: skip
RELATION: Schema = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}, **_FIXED, **_RELATION, "state": _STATE},
}
RELATIONS = _page(RELATION)
NEW_RELATION = _body({**_FIXED, **_RELATION}, "entity", "target", "label")
CHANGE_RELATION = _body(_RELATION)
_SIDES = dict.fromkeys(("first_label", "second_label", "first_list", "second_list"), WORDS)
NEW_LINK = _body(
    {"first": _FIXED["entity"], "second": _FIXED["target"], **_SIDES, **_KEYS,
     **{name: _SAID[name] for name in ("label", "label_plural", "icon", "in_navigation")}},
    "first", "second", "label", "label_plural",
)  # fmt: skip
