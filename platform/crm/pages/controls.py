"""Form controls of an entity's fields: what stands in each, and reading back what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.values import currency_of
from kernel.access import Actor, entity_for, may_add
from kernel.errors import Problem
from kernel.formats import local_time, money_unit
from kernel.money_input import for_typing
from kernel.records import create_record
from kernel.registry import Entity, Field

NEW = "new:"

_SHAPES = {
    "longtext": "textarea", "integer": "number", "decimal": "number", "percent": "number", "money": "money",
    "bool": "checkbox", "choice": "select", "date": "date", "relation": "relation",
}  # fmt: skip
_TYPES = {"email": "email", "url": "url", "phone": "tel"}
_LTR = frozenset({"national_id", "legal_id", "iban", "postal_code", "datetime", "uuid"})


@dataclass(frozen=True)
class Control:
    field: Field
    name: str
    shape: str
    value: str
    #: What a relation's box shows beside the id it holds.
    text: str = ""
    error: str = ""
    url: str = ""
    create_label: str = ""
    unit: str = ""
    was: str = ""

    @property
    def optional(self) -> bool:
        return not self.field.required

    @property
    def type(self) -> str:
        return _TYPES.get(self.field.kind, "text")

    @property
    def direction(self) -> str:
        return "ltr" if self.field.kind in _LTR else ""

    @property
    def options(self) -> tuple[tuple[str, Any], ...]:
        blank = () if self.field.required else (("", "—"),)
        return (*blank, *self.field.choices)


def raw_value(field: Field, record: Any) -> str:
    """A record's value as a form sends it."""
    value = getattr(record, field.column, None)
    if field.kind == "money" and value is not None:
        value = for_typing(value, currency_of(field, record))
    return raw_of(field, value)


def raw_of(field: Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if field.kind == "relation":
        return str(getattr(value, "pk", value))
    if field.kind == "bool":
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if field.kind == "datetime":
        return local_time(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if field.kind == "date" and hasattr(value, "isoformat") else str(value)


def typed_values(fields: Iterable[Field], post: QueryDict) -> dict[str, str]:
    """What was typed, by field; an unticked box says no."""
    typed = {}
    for field in fields:
        if field.kind == "bool":
            typed[field.name] = "1" if field.name in post else "0"
        elif field.name in post:
            typed[field.name] = str(post[field.name]).strip()
    return typed


def make_controls(
    fields: Iterable[Field], values: Mapping[str, str], *, actor: Actor, record: Any = None,
    problems: Mapping[str, list[Problem]] | None = None, was: Mapping[str, str] | None = None,
) -> dict[str, Control]:  # fmt: skip
    """Controls by field name; one query for each entity that relations point to."""
    listed = list(fields)
    labels = Labels(actor).learn(_ids(listed, values))
    said = problems or {}
    return {
        field.name: Control(
            field=field, name=field.name, shape=_SHAPES.get(field.kind, "text"), value=values.get(field.name, ""),
            text=_text_of(field, values.get(field.name, ""), labels),
            error=" ".join(str(p) for p in said.get(field.name, ())),
            url=reverse("crm:lookup", args=[field.target]) if field.kind == "relation" else "",
            create_label=_create_label(field, actor), unit=_unit(field, values, record),
            was=(was or values).get(field.name, ""),
        )
        for field in listed
    }  # fmt: skip


def _ids(fields: list[Field], values: Mapping[str, str]) -> dict[str, set[UUID]]:
    wanted: dict[str, set[UUID]] = {}
    for field in fields:
        if field.kind == "relation" and (pk := _uuid(values.get(field.name, ""))):
            wanted.setdefault(field.target, set()).add(pk)
    return wanted


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _text_of(field: Field, value: str, labels: Labels) -> str:
    if field.kind != "relation" or not value:
        return ""
    return value.removeprefix(NEW) if value.startswith(NEW) else labels.get(field.target, _uuid(value))


def _unit(field: Field, values: Mapping[str, str], record: Any) -> str:
    if field.kind == "percent":
        return "%"
    if field.kind != "money":
        return ""
    currency = values.get(field.currency) or (currency_of(field, record) if record is not None else "")
    return money_unit(currency) if currency else ""


def creatable(target: Entity, actor: Actor) -> bool:
    """Whether a name alone makes a record of it, and the actor may."""
    needs = [f for f in target.editable_fields if f.required and f.default is None and f.name != target.title]
    title = target.all_fields.get(target.title)
    return target.pages and title is not None and not title.readonly and not needs and may_add(target, actor)


def _create_label(field: Field, actor: Actor) -> str:
    if field.kind != "relation":
        return ""
    target = entity_for(actor, field.target)
    return _("Create as new") if creatable(target, actor) else ""


def make_related(fields: Iterable[Field], typed: Mapping[str, str], *, actor: Actor) -> dict[str, Any]:
    """The typed values, with what "new:<name>" asks for made. Run inside the transaction of the record itself."""
    values: dict[str, Any] = dict(typed)
    for field in fields:
        wish = typed.get(field.name, "")
        if field.kind != "relation" or not wish.startswith(NEW):
            continue
        target = entity_for(actor, field.target)
        if creatable(target, actor):
            made = create_record(target, actor=actor, values={target.title: wish.removeprefix(NEW).strip()})
            values[field.name] = str(made.pk)
    return values
