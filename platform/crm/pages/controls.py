"""Form controls of an entity's fields: what stands in each, and reading back what was typed."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.pages.labels import Labels
from crm.pages.values import STARS, currency_of
from kernel import compound
from kernel.access import Actor, entity_for, may_add
from kernel.errors import Problem
from kernel.formats import local_time, money_unit
from kernel.money_input import for_typing
from kernel.records import create_record
from kernel.registry import Entity, Field
from kernel.values import BadValue

NEW = "new:"

_SHAPES = {
    "longtext": "textarea", "integer": "number", "decimal": "number", "percent": "number", "money": "money",
    "bool": "checkbox", "choice": "select", "date": "date", "relation": "relation", "multichoice": "checks",
    "rating": "stars", "address": "address", "file": "file", "datetime": "datetime",
}  # fmt: skip
_TYPES = {"email": "email", "url": "url", "phone": "tel"}
_LTR = frozenset({"national_id", "legal_id", "iban", "postal_code", "uuid"})
_PART_LABELS = {
    "street": _("Street and number"), "city": _("City"), "province": _("Province"), "postal_code": _("Postal code"),
    "country": pgettext_lazy("of an address", "Country"),
}  # fmt: skip


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
    def is_group(self) -> bool:
        """Drawn as several controls, in crm/control_parts.html."""
        return self.shape in ("checks", "stars", "address", "datetime", "file")

    @property
    def type(self) -> str:
        return _TYPES.get(self.field.kind, "text")

    @property
    def direction(self) -> str:
        return "ltr" if self.field.kind in _LTR else ""

    @property
    def options(self) -> tuple[tuple[str, Any], ...]:
        """What may be chosen; a choice that is no longer offered stays where it was chosen."""
        blank = () if self.field.required and self.value else (("", "—"),)
        return (*blank, *self._offered())

    def _offered(self) -> list[tuple[str, Any]]:
        held, retired = self.value.split(","), self.field.retired
        return [(key, label) for key, label in self.field.choices if key not in retired or key in held]

    @property
    def checks(self) -> list[tuple[str, Any, bool, str]]:
        """Boxes of a multiple choice: key, label, ticked, colour."""
        held = self.value.split(",")
        return [(key, label, key in held, self.field.colour_of.get(key, "")) for key, label in self._offered()]

    @property
    def stars(self) -> list[tuple[str, bool]]:
        return [(str(number), str(number) == self.value) for number in range(1, STARS + 1)]

    @property
    def parts(self) -> list[tuple[str, Any, str]]:
        """Boxes of an address: name, label, text."""
        held = _address(self.value)
        return [(f"{self.name}.{part}", _PART_LABELS[part], held.get(part, "")) for part in compound.PARTS]

    @property
    def day(self) -> str:
        return self.value.partition(" ")[0]

    @property
    def time(self) -> str:
        return self.value.partition(" ")[2]


def raw_value(field: Field, record: Any) -> str:
    """A record's value as a form sends it."""
    value = getattr(record, field.column, None)
    if field.kind == "money" and value is not None:
        value = for_typing(value, currency_of(field, record))
    return raw_of(field, value)


def raw_of(field: Field, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if field.kind in _WRITTEN:
        return _WRITTEN[field.kind](value)
    if field.kind == "relation":
        return str(getattr(value, "pk", value))
    if field.kind == "bool":
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if field.kind == "datetime":
        return local_time(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if field.kind == "date" and hasattr(value, "isoformat") else str(value)


def _json(parts: Mapping[str, str]) -> str:
    return json.dumps({part: parts[part] for part in compound.PARTS if parts.get(part)}, ensure_ascii=False)


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "multichoice": lambda keys: ",".join(map(str, keys)), "address": _json, "file": compound.token_of,
}  # fmt: skip


def _address(value: str) -> dict[str, str]:
    try:
        return dict(json.loads(value)) if value else {}
    except (TypeError, ValueError):
        return {"street": value}


def typed_values(fields: Iterable[Field], post: QueryDict) -> dict[str, str]:
    """What was typed, by field; an unticked box says no."""
    typed = {}
    for field in fields:
        if field.kind == "bool":
            typed[field.name] = "1" if field.name in post else "0"
        elif field.kind in _JOINED:
            typed[field.name] = _JOINED[field.kind](field.name, post)
        elif field.name in post:
            typed[field.name] = str(post[field.name]).strip()
    return typed


def _ticked(name: str, post: QueryDict) -> str:
    return ",".join(dict.fromkeys(key for key in post.getlist(name) if key))


def _parts(name: str, post: QueryDict) -> str:
    """The boxes of an address as one text; where there are none, what stands under the name itself."""
    given = {part: str(post.get(f"{name}.{part}", "")).strip() for part in compound.PARTS}
    if any(given.values()):
        return _json(given)
    return str(post.get(name, "")).strip()


def _moment(name: str, post: QueryDict) -> str:
    """A day and, beside it, a time; or both in one text."""
    day, time = (str(post.get(f"{name}.{part}", "")).strip() for part in ("day", "time"))
    return f"{day} {time or '00:00'}" if day else str(post.get(name, "")).strip()


#: Kinds with several controls, whose values are put together.
_JOINED = {"multichoice": _ticked, "address": _parts, "datetime": _moment}


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
            url=_url(field),
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
    if field.kind == "file" and value:
        return _file_name(value)
    if field.kind != "relation" or not value:
        return ""
    return value.removeprefix(NEW) if value.startswith(NEW) else labels.get(field.target, _uuid(value))


def _file_name(token: str) -> str:
    try:
        return str((compound.parse_file(token) or {}).get("name", ""))
    except BadValue:
        return ""


def _url(field: Field) -> str:
    """Where a control asks: a relation's for records, a file's to take one."""
    if field.kind == "file":
        return reverse("crm:field_upload")
    return reverse("crm:lookup", args=[field.target]) if field.kind == "relation" else ""


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
    return gettext("Create as new") if creatable(target, actor) else ""


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
