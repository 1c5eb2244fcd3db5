"""Two people editing one record: what each changed, put side by side. Nothing of either is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.pages.controls import NEW, raw_value
from crm.pages.labels import Labels
from crm.pages.values import choice_text, currency_of, value_text, yes_no
from kernel.access import Actor
from kernel.registry import Field
from kernel.values import BadValue, parse_value


@dataclass(frozen=True)
class Clash:
    """A field that both changed; the texts are for reading, the form keeps the values."""

    field: Field
    mine: str
    theirs: str


@dataclass(frozen=True)
class Merged:
    values: Mapping[str, str]
    theirs: Mapping[str, str]
    clashes: list[Clash]
    #: Labels of fields that only the other person changed.
    others: list[str]


def merge(
    fields: Sequence[Field], typed: Mapping[str, str], was: Mapping[str, str], current: Any, actor: Actor
) -> Merged:
    theirs = {f.name: raw_value(f, current) for f in fields}
    labels = Labels(actor).load([current], fields)
    values, clashes, others = {}, [], []
    for field in fields:
        name = field.name
        mine, before, now = typed.get(name, was.get(name, "")), was.get(name, ""), theirs[name]
        values[name] = mine if mine != before else now
        if now in {before, mine}:
            continue
        if mine == before:
            others.append(str(field.label))
        else:
            clashes.append(Clash(field, _read(field, mine, actor), _now(field, current, labels)))
    return Merged(values, theirs, clashes, others)


def _now(field: Field, current: Any, labels: Labels) -> str:
    value = getattr(current, field.column)
    if field.kind == "relation":
        return labels.get(field.target, value) or _("empty")
    return value_text(field, value, currency=currency_of(field, current)) or _("empty")


def _read(field: Field, raw: str, actor: Actor) -> str:
    """What was typed, in words; it may not even be readable, so it is shown as it is."""
    if not raw:
        return _("empty")
    if field.kind == "relation":
        if raw.startswith(NEW):
            return raw.removeprefix(NEW)
        try:
            pk = UUID(raw)
        except ValueError:
            return raw
        return Labels(actor).learn({field.target: [pk]}).get(field.target, pk) or _("(not visible to you)")
    if field.kind in ("multichoice", "address", "file"):
        try:
            return value_text(field, parse_value(field.kind, raw, options=field.fixed_options))
        except BadValue:
            return raw
    if field.kind == "choice":
        return choice_text(field, raw)
    return yes_no(raw == "1") if field.kind == "bool" else raw
