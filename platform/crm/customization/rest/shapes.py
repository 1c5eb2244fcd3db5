"""OpenAPI shapes of definitions, written once by hand: a definition is no record of the registry."""

from typing import Any

from crm.customization.kinds import ALL, CALCULATED, COLOURS
from crm.customization.rollups import HOW
from kernel.formula import KEPT_AS
from kernel.formula.lexer import MAX_LENGTH

Schema = dict[str, Any]
#: Kinds that a formula's values may have.
GIVES = sorted({kind for kinds in KEPT_AS.values() for kind in kinds})
WORDS: Schema = {
    "type": "object", "properties": {"fa": {"type": "string"}, "en": {"type": "string"}}, "additionalProperties": False,
    "examples": [{"fa": "بودجه", "en": "Budget"}],
}  # fmt: skip
CHOICE: Schema = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "description": "Left out, it is made from the label."}, "label": WORDS,
        "colour": {"type": "string", "enum": [key for key, _label in COLOURS]}, "retired": {"type": "boolean"},
    },
    "required": ["label"], "additionalProperties": False,
}  # fmt: skip
ROLLUP: Schema = {
    "type": "object", "additionalProperties": False, "required": ["child", "relation", "how"],
    "description": "Which related records are counted: those of `child` whose `relation` points to the record.",
    "properties": {
        "child": {"type": "string", "examples": ["deal"]}, "relation": {"type": "string", "examples": ["account"]},
        "how": {"type": "string", "enum": list(HOW)},
        "of": {"type": "string", "examples": ["amount"], "description": "The field; left out for count."},
        "filters": {"type": "object", "description": "As in the address of a list.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    "examples": [{"kind": ["won"]}]},
    },
}  # fmt: skip
OPTIONS: Schema = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "choices": {"type": "array", "items": CHOICE}, "places": {"type": "integer", "minimum": 0, "maximum": 10},
        "lowest": {"type": ["string", "number"]}, "highest": {"type": ["string", "number"]},
        "max_length": {"type": "integer", "minimum": 1}, "pattern": {"type": "string"},
        "format": {"type": "string", "examples": ["PR-{0001}"]}, "target": {"type": "string", "examples": ["account"]},
        "indexed": {"type": "boolean"},
        "formula": {"type": "string", "maxLength": MAX_LENGTH, "examples": ["{amount} * (1 - {x_discount})"],
                    "description": "Of a formula: what it calculates. /formulas/preview/ tries one."},
        "rollup": ROLLUP,
        "gives": {"type": "string", "enum": GIVES,
                  "description": "Of a formula: the kind of its values; left out, that which fits best."},
    },
}  # fmt: skip
_SAID: Schema = {
    "label": WORDS, "help": WORDS, "required": {"type": "boolean"}, "unique": {"type": "boolean"},
    "default": {"description": "As the field's value is written; @today, @now and @me for what moves."},
    "options": OPTIONS,
}  # fmt: skip
_FIXED: Schema = {
    "entity": {"type": "string", "examples": ["contact"]}, "name": {"type": "string", "examples": ["x_budget"]},
    "kind": {"type": "string", "enum": [kind.key for kind in (*ALL, *CALCULATED.values())]},
}  # fmt: skip
FIELD: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"}, **_FIXED, **_SAID,
        "state": {"type": "string", "enum": ["active", "deactivated"]},
        "indexed_at": {"type": ["string", "null"], "format": "date-time", "description": "null: being indexed"},
        "index_problem": {"type": "string", "enum": ["", "duplicates"]},
    },
}  # fmt: skip
FIELDS: Schema = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "items": FIELD}, "next": {"type": "null"}, "previous": {"type": "null"},
        "count": {"type": "integer"},
    },
}  # fmt: skip
NEW: Schema = {
    "type": "object", "properties": {**_FIXED, **_SAID}, "required": ["entity", "kind", "label"],
    "additionalProperties": False,
}  # fmt: skip
CHANGE: Schema = {
    "type": "object", "additionalProperties": False,
    "properties": {**_SAID, "state": {"type": "string", "enum": ["active", "deactivated"]}},
}  # fmt: skip
CONVERT: Schema = {
    "type": "object", "required": ["kind"], "additionalProperties": False,
    "properties": {
        "kind": {"type": "string", "enum": [kind.key for kind in ALL]}, "options": OPTIONS,
        "dry_run": {"type": "boolean"},
        "lose": {"type": "integer", "minimum": 0, "description": "How many values may be lost."},
    },
}  # fmt: skip
_PAIRS: Schema = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
CONVERSION: Schema = {
    "type": "object",
    "properties": {
        "total": {"type": "integer"}, "converted": {"type": "integer"}, "lost": {"type": "integer"},
        "examples": _PAIRS, "losses": _PAIRS, "started": {"type": "boolean"},
    },
}  # fmt: skip
_SECTION: Schema = {
    "type": "object", "additionalProperties": False,
    "properties": {"label": WORDS, "fields": {"type": "array", "items": {"type": "string"}}},
}  # fmt: skip
_NAMES: Schema = {"type": "array", "items": {"type": "string"}}
_PAGE: Schema = {
    "type": "object", "additionalProperties": False,
    "description": "The record page; what is left out is as delivered, and {} is all of it.",
    "properties": {
        "order": {**_NAMES, "description": "Blocks of the main column, such as details, reach and list:deal.account."},
        "hidden": {**_NAMES, "description": "Blocks that are left out."},
        "figures": {**_NAMES, "maxItems": 5, "description": "Fields of the strip."},
        "facts": {**_NAMES, "maxItems": 8, "description": "Fields of the header."},
    },
}  # fmt: skip
LAYOUT_CHANGE: Schema = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "sections": {"type": "array", "items": _SECTION}, "columns": _NAMES, "hidden": _NAMES, "page": _PAGE,
    },
}  # fmt: skip
LAYOUT: Schema = {
    "type": "object",
    "properties": {
        **LAYOUT_CHANGE["properties"], "entity": {"type": "string"},
        "undo": {"type": ["string", "null"], "format": "uuid", "description": "What …/undo/ takes this back by."},
    },
}  # fmt: skip
UPLOAD: Schema = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}},
    "required": ["file"],
}
UPLOADED: Schema = {
    "type": "object",
    "properties": {
        "token": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer"},
        "type": {"type": "string"},
    },
}  # fmt: skip
