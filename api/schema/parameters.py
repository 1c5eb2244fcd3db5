"""Parameters of the operations on an entity."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from api.pages import COUNTS
from api.representation import output_names
from api.schema.fields import Schema
from kernel.asides import asides_of
from kernel.query import operators_for
from kernel.query.tree import MOST_LETTERS
from kernel.registry import Entity, Field

_HEADER: Schema = {"type": "string"}
ID: Schema = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
SHARE: Schema = {"name": "share", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
IF_MATCH: Schema = {"name": "If-Match", "in": "header", "schema": _HEADER}
IF_NONE_MATCH: Schema = {"name": "If-None-Match", "in": "header", "schema": _HEADER}
IDEMPOTENCY: Schema = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255}}
#: Where a bulk request's body is the records alone.
MATCH: Schema = {
    "name": "match", "in": "query", "explode": True, "schema": {"type": "array", "items": {"type": "string"}},
}  # fmt: skip

_FORMATS: dict[str, Schema] = {
    "integer": {"type": "integer"}, "decimal": {"type": "number"}, "money": {"type": "number"},
    "percent": {"type": "number"}, "date": {"type": "string", "format": "date"},
    "bool": {"type": "boolean"}, "uuid": {"type": "string", "format": "uuid"},
}  # fmt: skip


def query(name: str, schema: Schema, description: str = "", **more: Any) -> Schema:
    found: Schema = {"name": name, "in": "query", "schema": schema, **more}
    return {**found, "description": description} if description else found


def _names(name: str, names: list[str], description: str) -> Schema:
    """A list written with commas."""
    schema: Schema = {"type": "array", "items": {"type": "string", "enum": names}}
    return query(name, schema, description, style="form", explode=False)


def shaping(entity: Entity) -> list[Schema]:
    relations = [f.name for f in (*entity.all_fields.values(), *asides_of(entity).values()) if f.kind == "relation"]
    found = [_names("fields", list(output_names(entity)), _("Only these fields."))]
    if relations:
        found.append(_names("expand", relations, _("Relations to write out as {id, label}.")))
    return found


def paging() -> list[Schema]:
    most = settings.API_PAGE_MAX
    size: Schema = {"type": "integer", "minimum": 1, "maximum": most, "default": settings.API_PAGE_SIZE}
    return [
        query("limit", size, _("Records a page.")),
        query("cursor", {"type": "string"}, _("From “next” or “previous” of a page.")),
    ]


def list_parameters(entity: Entity) -> list[Schema]:
    sortable = [f.name for f in entity.all_fields.values() if f.sortable]
    sorts = ["id", "-id", *(sign + name for name in sortable for sign in ("", "-"))]
    default = {"default": entity.sort} if entity.sort in sorts else {}
    return [
        query("q", {"type": "string"}, _("Words that a record holds, blind to letter forms and case.")),
        *paging(),
        query("count", {"type": "string", "enum": list(COUNTS)}, count_text()),
        query("f", {"type": "string", "contentMediaType": "application/json", "maxLength": MOST_LETTERS}, tree_text()),
        query("sort", {"type": "string", "enum": sorts, **default}, _("With “-” in front: descending.")),
        *shaping(entity),
        *(parameter for field in entity.filter_fields for parameter in filters(field)),
    ]


def count_text() -> str:
    return _(
        "A list of many records says about how many there are, and “count_is” says so. “exact” counts them, which may "
        "take a while; “none” leaves the count out."
    )


def tree_text() -> str:
    return _(
        "Conditions joined by “and”, “or” and “not”, as JSON: "
        "{“or”: [[“city”, “eq”, “Qom”], [“account.city”, “empty”]]}. "
        "A condition is [field, operator, value…] with the operators of the plain parameters; “relation.field” asks "
        "of a related record that you may see. Plain parameters hold besides."
    )


def filters(field: Field) -> list[Schema]:
    """`field=` and `field__operator=` for what can be asked of a field."""
    operators = operators_for(field)
    label = str(field.label)
    found = [query(field.name, _asked(field, operators[0]), label)]
    found += [query(f"{field.name}__{op}", _asked(field, op), label) for op in operators]
    return found


def _asked(field: Field, operator: str) -> Schema:
    if operator == "empty":
        return {"type": "string", "enum": ["1", "0"]}
    if operator == "when":
        from kernel.calendars.relative import COUNTED, RELATIVE  # read here: labels are lazy and few need them

        counted = "|".join(COUNTED).replace("N", "[1-9][0-9]{0,3}")
        pattern = f"^({'|'.join(RELATIVE)}|{counted})(:(jalali|gregorian))?$"
        return {"type": "string", "pattern": pattern, "examples": ["this_month", "last_45_days", "next_quarter:jalali"]}
    if field.choices:
        return {"type": "array", "items": {"type": "string", "enum": [value for value, _label in field.choices]}}
    return _FORMATS.get(field.kind, {"type": "string"}) if operator != "in" else {"type": "string"}
