"""A registry field as JSON Schema 2020-12, as it is read and as it is written."""

from typing import Any

from django.utils.translation import gettext as _

from kernel.compound import PARTS
from kernel.registry import Entity, Field, UnknownName, registry

Schema = dict[str, Any]

UUID: Schema = {"type": "string", "format": "uuid"}
#: A relation that `?expand=` wrote out.
EXPANDED: Schema = {
    "type": "object", "properties": {"id": UUID, "label": {"type": ["string", "null"]}}, "required": ["id", "label"],
    "additionalProperties": False,
}  # fmt: skip

_DECIMAL = r"^-?\d+(\.\d+)?$"
_TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "longtext": {"type": "string"},
    "phone": {"type": "string", "description": "E.164 where the number can be understood."},
    "email": {"type": "string"},
    "url": {"type": "string"},
    "national_id": {"type": "string"},
    "legal_id": {"type": "string"},
    "iban": {"type": "string"},
    "postal_code": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": _DECIMAL},
    "money": {"type": "string", "pattern": _DECIMAL},
    "percent": {"type": "string", "pattern": _DECIMAL},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "bool": {"type": "boolean"},
    "choice": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "relation": {"type": "string", "format": "uuid"},
    "multichoice": {"type": "array", "items": {"type": "string"}},
    "rating": {"type": "integer", "minimum": 1, "maximum": 5},
    "autonumber": {"type": "string"},
    "address": {
        "type": "object", "properties": {part: {"type": "string"} for part in PARTS}, "additionalProperties": False,
    },
    "file": {
        "type": "object", "additionalProperties": False,
        "properties": {
            "name": {"type": "string"}, "size": {"type": "integer"}, "type": {"type": "string"},
            "token": {"type": "string"},
        },
    },
}  # fmt: skip
_SAMPLES: dict[str, Any] = {
    "text": "Sara", "longtext": "", "phone": "+982112345678", "email": "sara@example.com",
    "url": "https://example.com", "national_id": "0012345679", "legal_id": "10380284790",
    "iban": "IR120170000000332287200001", "postal_code": "1619735744", "integer": 12, "decimal": "12.5",
    "money": "1250000.00", "percent": "40", "date": "2026-11-23", "datetime": "2026-11-23T09:30:00Z", "bool": True,
    "uuid": "01934f5e-0000-7000-8000-000000000001", "relation": "01934f5e-0000-7000-8000-000000000002",
    "multichoice": [], "rating": 4, "autonumber": "PR-0001",
    "address": {"street": "12 Valiasr", "city": "Tehran", "postal_code": "1619735744"},
    "file": None,
}  # fmt: skip
_NUMBERS_TOO = frozenset({"decimal", "money", "percent"})


def component(entity: Entity, suffix: str = "") -> str:
    return "".join(part.title() for part in entity.name.split("_")) + suffix


def column_of(entity: Entity, name: str) -> Any:
    return entity.model_class._meta.get_field(name)


def nullable(entity: Entity, field: Field) -> bool:
    return not field.stored or bool(getattr(column_of(entity, field.name), "null", False))


def sample(field: Field) -> Any:
    """An example value; of a choice its first."""
    if field.choices:
        return [field.choices[0][0]] if field.kind == "multichoice" else field.choices[0][0]
    if field.currency == "" and field.name.endswith("currency"):
        return "EUR"
    return _SAMPLES[field.kind]


def _described(field: Field, schema: Schema) -> Schema:
    schema = {"title": str(field.label), **schema}
    if field.help:
        schema["description"] = str(field.help)
    return schema


def _with_null(schema: Schema) -> Schema:
    schema = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema


def read_schema(entity: Entity, field: Field) -> Schema:
    """What reading gives."""
    schema = dict(_TYPES[field.kind])
    if field.choices:
        blank = field.stored and bool(getattr(column_of(entity, field.name), "blank", False))
        listed = [*(value for value, _label in field.choices), *([""] if blank else [])]
        schema |= _enumerated(field, list(dict.fromkeys(listed)))
    if field.max_length and field.textual:
        schema["maxLength"] = field.max_length
    if nullable(entity, field):
        schema = _with_null(schema)
    if field.readonly:
        schema["readOnly"] = True
    return _described(field, {**schema, "examples": [sample(field)]})


def write_schema(field: Field) -> Schema:
    """What writing takes: null empties a field that need not be filled."""
    if field.kind == "relation":
        return _described(field, _relation(field))
    if field.kind == "file":
        return _described(field, _file_token(field))
    schema = dict(_TYPES[field.kind])
    if field.choices:
        schema |= _enumerated(field, [value for value, _label in field.choices])
    if field.max_length and field.textual:
        schema["maxLength"] = field.max_length
    if field.kind in _NUMBERS_TOO:
        schema = {"type": ["string", "number"]}
    if field.required:
        return _described(field, {**schema, "examples": [sample(field)]})
    if "enum" in schema and "" not in schema["enum"]:
        schema["enum"] = [*schema["enum"], ""]
    if isinstance(schema["type"], list):
        return _described(field, {**schema, "type": [*schema["type"], "null"], "examples": [sample(field)]})
    return _described(field, {**_with_null(schema), "examples": [sample(field)]})


def _enumerated(field: Field, values: list[Any]) -> Schema:
    """The choices, of the value itself or of each value of a list."""
    return {"items": {"type": "string", "enum": values}} if field.kind == "multichoice" else {"enum": values}


def hanging_schema(aside: Field) -> Schema:
    """Reading what hangs on a record: the ids, or with `?expand=` what they are called as well."""
    lists: list[Schema] = [{"type": "array", "items": item} for item in (UUID, EXPANDED)]
    return {"title": str(aside.label), "anyOf": lists, "examples": [[sample(aside)]]}


def write_hanging_schema(aside: Field) -> Schema:
    items: Schema = {"anyOf": _by_key(aside.target)}
    title = _keys_of(aside.target)[1]
    return {
        "title": str(aside.label), "type": ["array", "null"], "items": items, "maxItems": 100,
        "description": _(
            "All of them, by id or name: what is not in the list is taken off, [] takes off all. Left out, they stay. "
            "A name that is new makes a new one, if you may do that."
        ),
        "examples": [[_SAMPLES["relation"], {title: "…"}]],
    }  # fmt: skip


def _file_token(field: Field) -> Schema:
    """The token that an upload gave, alone or in the object that reading gives."""
    whole = {"type": "object", "properties": {"token": {"type": "string"}}, "required": ["token"]}
    ways: list[Schema] = [{"type": "string"}, whole, *([] if field.required else [{"type": "null"}])]
    return {"anyOf": ways}


def _relation(field: Field) -> Schema:
    ways = _by_key(field.target)
    if not field.required:
        ways.append({"type": "null"})
    return {"anyOf": ways, "examples": [_SAMPLES["relation"], {_keys_of(field.target)[1]: "…"}]}


def _by_key(target: str) -> list[Schema]:
    """The ways to name a record of this entity."""
    by_key = [
        {"type": "object", "properties": {name: {"type": "string"}}, "required": [name], "additionalProperties": False}
        for name in _keys_of(target)[0]
    ]
    by_id = {"type": "object", "properties": {"id": UUID}, "required": ["id"], "additionalProperties": False}
    return [{"type": "string"}, by_id, *by_key]


def _keys_of(name: str) -> tuple[tuple[str, ...], str]:
    """By which fields a record can be named, and the first choice of them; of an entity that the reader may not see,
    nothing but its id."""
    try:
        target = registry.entity(name)
    except UnknownName:
        return (), "id"
    return tuple(dict.fromkeys((*target.match, target.title))), target.title
