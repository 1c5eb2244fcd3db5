"""From what people and programs send to values a record keeps. Set-based: relations of a whole batch at once."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.utils.module_loading import import_string
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel import custom
from kernel.access import Actor, deleted_records_for, entity_for, visible
from kernel.errors import Invalid, Problem
from kernel.money_input import typed_unit
from kernel.narrowing import whole
from kernel.registry import Entity, Field, registry
from kernel.text.folding import match_key
from kernel.values import BadValue, parse_value

_CODE = re.compile("[A-Z]{3}")
Problems = dict[str, list[Problem]]
Cleaned = tuple[dict[str, Any], Problems]

NO_SUCH_FIELD = Problem("unknown_field", _("There is no field of this name here."))
READ_ONLY = Problem("read_only", _("This value is kept by the system and cannot be set."))
REQUIRED = Problem("required", _("Fill this in."))
NO_SUCH_RECORD = Problem("not_found", _("No such record is here, or you may not see it. Choose another."))
SEVERAL = Problem("ambiguous", _("Several records answer to this. Give the ID of the one you mean."))


def clean_values(
    entity: str | Entity, raw: Mapping[str, Any], *, actor: Actor, partial: bool = False, record: Any = None
) -> dict[str, Any]:
    """Values for one record, ready for `kernel.records`; raises Invalid with the problems by field.

    `record` is the one that is about to change: an amount typed without its currency is in that record's.
    """
    kind = entity_for(actor, entity)
    units = _Units(actor, record)
    values, problems = _clean_one(kind, raw, _resolve_relations(kind, [raw], actor), partial, units)
    if problems:
        raise Invalid(problems)
    return values


def clean_many(
    entity: str | Entity, raws: Sequence[Mapping[str, Any]], *, actor: Actor, partial: bool = False,
    records: Sequence[Any] = (),
) -> list[Cleaned]:  # fmt: skip
    """Values and problems of each raw record, in order; one query for each entity that relations point to.

    `records` are those that are about to change, one for each: an amount is then in its record's currency.
    """
    kind = entity_for(actor, entity)
    relations, units = _resolve_relations(kind, raws, actor), _Units(actor)
    cleaned = []
    for raw, record in zip_longest(raws, records):
        units.record = record
        cleaned.append(_clean_one(kind, raw, relations, partial, units))
    return cleaned


def _clean_one(
    kind: Entity, raw: Mapping[str, Any], relations: "_Relations", partial: bool, units: "_Units"
) -> Cleaned:
    values: dict[str, Any] = {}
    problems: Problems = {}
    for name, given in raw.items():
        field = kind.all_fields.get(name)
        if field is None or field.readonly:
            problems[name] = [NO_SUCH_FIELD if field is None else READ_ONLY]
            continue
        try:
            value = relations.find(field, given) if field.kind == "relation" else _parse(kind, field, raw, units)
        except BadValue as error:
            problems[name] = [Problem(error.code, error.message)]
            continue
        if value is None and field.required:
            problems[name] = [REQUIRED]
        else:
            values[name] = blank(kind, field) if value is None else value
    if not partial:
        for field in kind.editable_fields:
            if field.required and field.default is None and field.name not in raw:
                problems[field.name] = [REQUIRED]
    return values, problems


def _parse(kind: Entity, field: Field, raw: Mapping[str, Any], units: "_Units") -> Any:
    options = field.fixed_options
    if field.kind == "money":
        options = {**options, **units.options(kind, field, raw)}
    return parse_value(field.kind, raw[field.name], options=options)


class _Units:
    """In which currency, and in rial or toman, an amount is meant."""

    def __init__(self, actor: Actor, record: Any = None) -> None:
        self.actor, self.record = actor, record
        self.unit = typed_unit()
        self.defaults: dict[str, str] = {}

    def options(self, kind: Entity, field: Field, raw: Mapping[str, Any]) -> dict[str, Any]:
        given = raw.get(field.currency)
        if given and not (isinstance(given, str) and _CODE.fullmatch(given)):
            given = ""  # the currency's own field says what is wrong with it
        currency = given or getattr(self.record, field.currency, "") or self._default(kind, field)
        return {"currency": currency, "unit": self.unit} if currency else {}

    def _default(self, kind: Entity, field: Field) -> str:
        if field.currency not in self.defaults:
            beside = whole(kind).field(field.currency)
            self.defaults[field.currency] = str(default_of(beside, self.actor, {}) or "")
        return self.defaults[field.currency]


def blank(kind: Entity, field: Field) -> Any:
    """What an emptied field holds: "" in text columns, null elsewhere, the column's default where it has one."""
    if not field.stored:
        return custom.decode(field, None)
    column = kind.model_class._meta.get_field(field.name)
    if getattr(column, "null", False):
        return None
    return column.get_default() if hasattr(column, "get_default") else None


class _Relations:
    """Records that a batch's relations point to, by what was given for them."""

    def __init__(self) -> None:
        self.by_id: dict[tuple[str, UUID], Any] = {}
        self.deleted: dict[tuple[str, UUID], Any] = {}
        self.by_key: dict[tuple[str, str, str], list[Any]] = {}
        self.me: Any = None

    def find(self, field: Field, given: Any) -> Any:
        wish = read_wish(given)
        if wish is None:
            return None
        if isinstance(wish, UUID):
            record = self.by_id.get((field.target, wish))
            if record is None:
                gone = self.deleted.get((field.target, wish))
                problem = NO_SUCH_RECORD if gone is None else _was_deleted(field.target, gone)
                raise BadValue(problem.code, problem.message)
            return record
        name, text = wish
        found = self.by_key.get((field.target, name, match_key(text)), [])
        if len(found) != 1:
            problem = SEVERAL if found else NO_SUCH_RECORD
            raise BadValue(problem.code, problem.message)
        return found[0]


def read_wish(given: Any) -> UUID | tuple[str, str] | None:
    """What a relation's value asks for: an id, or (match field, text). Accepts a record, "uuid", {"id"}, {"name"}."""
    if given in (None, "", {}):
        return None
    if hasattr(given, "pk"):
        return UUID(str(given.pk))
    if isinstance(given, Mapping):
        if "id" in given:
            return read_wish(given["id"])
        if len(given) == 1:
            name, text = next(iter(given.items()))
            return str(name), str(text)
        raise BadValue(NO_SUCH_RECORD.code, NO_SUCH_RECORD.message)
    try:
        return UUID(str(given))
    except ValueError:
        return "", str(given)


def _resolve_relations(kind: Entity, raws: Sequence[Mapping[str, Any]], actor: Actor) -> _Relations:
    relations = _Relations()
    ids: dict[str, set[UUID]] = {}
    keys: dict[tuple[str, str], set[str]] = {}
    for field in kind.editable_fields:
        if field.kind != "relation":
            continue
        for raw in raws:
            try:
                wish = read_wish(raw.get(field.name))
            except BadValue:
                continue  # told of again, with its field, when the value itself is cleaned
            if isinstance(wish, UUID):
                ids.setdefault(field.target, set()).add(wish)
            elif wish:
                keys.setdefault((field.target, wish[0]), set()).add(wish[1])
    for target, wanted in ids.items():
        for record in _seen(target, actor).filter(pk__in=wanted):
            relations.by_id[target, record.pk] = record
        if missing := {pk for pk in wanted if (target, pk) not in relations.by_id}:
            # Told apart only for those who might have seen it while it was there.
            for record in deleted_records_for(actor, target, missing):
                relations.deleted[target, record.pk] = record
    for (target, name), texts in keys.items():
        _match_texts(relations, target, name, texts, actor)
    return relations


def _was_deleted(target: str, record: Any) -> Problem:
    title = registry.entity(target).title_of(record)
    return Problem("deleted", format_lazy(_("“{title}” was deleted. Restore it, or choose another."), title=title))


def _seen(target: str, actor: Actor) -> Any:
    return registry.entity(target).records().filter(visible(target, actor))


def _match_texts(relations: _Relations, target: str, name: str, texts: set[str], actor: Actor) -> None:
    """Records by a match field's text: names by their key, other fields as they are."""
    kind = entity_for(actor, target)
    field = name or kind.match[0]
    if field not in kind.match and field != kind.title:
        return
    folded = field == kind.title and any(f.name == "name_key" for f in kind.model_class._meta.get_fields())
    wanted = {match_key(text) for text in texts} if folded else texts
    column = "name_key" if folded else field
    for record in _seen(target, actor).filter(**{f"{column}__in": wanted}):
        key = record.name_key if folded else match_key(str(getattr(record, field)))
        relations.by_key.setdefault((target, name, key), []).append(record)


def default_of(field: Field, actor: Actor, values: Mapping[str, Any]) -> Any:
    """What a blank record starts from: a literal, or what a callable says; engines name theirs by a dotted path."""
    if callable(field.default):
        return field.default(actor, values)
    # A text that people typed as the default of a field of their own is a text, dots and all.
    if field.stored and isinstance(field.default, str) and "." in field.default:
        return import_string(field.default)(actor, values)
    return field.default
