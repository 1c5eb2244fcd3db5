"""Filters: `stage=<uuid>`, `amount__gte=1000`, `name__contains=…`, `owner=me`, `next_step__empty=1`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, entity_for
from kernel.calendars.relative import RELATIVE, end_of_day, relative_range
from kernel.errors import Invalid, Problem
from kernel.money_input import home_currency, typed_unit
from kernel.registry import Entity, Field, registry
from kernel.text.folding import fold
from kernel.values import BadValue, parse_value

OPERATORS = ("eq", "ne", "in", "contains", "gte", "lte", "gt", "lt", "empty", "when")
#: Parameters of a list that are no filters.
RESERVED = frozenset(
    {"q", "cursor", "limit", "sort", "fields", "expand", "view", "columns", "page", "format", "group", "lane", "mode"}
)
_ME = "me"


@dataclass(frozen=True)
class Filter:
    """One condition; several are joined by "and". `values` are parsed; for "when" the name of a relative period."""

    field: str
    op: str
    values: tuple[Any, ...]

    @property
    def param(self) -> str:
        return self.field if self.op in ("eq", "in") else f"{self.field}__{self.op}"


def operators_for(field: Field) -> tuple[str, ...]:
    """What can be asked of a field; the first is what a bare `field=value` means."""
    if field.kind in ("relation", "choice", "multichoice"):
        return ("in", "ne", "empty")
    if field.kind == "bool":
        return ("eq",)
    if field.kind in ("address", "file"):
        return ("contains", "empty")
    if field.kind in ("date", "datetime"):
        return ("eq", "gte", "lte", "gt", "lt", "when", "empty")
    if field.numeric:
        return ("eq", "gte", "lte", "gt", "lt", "ne", "empty")
    if field.kind == "uuid":
        return ("in",)
    return ("contains", "eq", "in", "ne", "empty")


def _given(params: Any) -> Iterator[tuple[str, list[str]]]:
    if hasattr(params, "lists"):
        yield from params.lists()
        return
    for name, value in params.items():
        yield name, [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]


def parse_filters(entity: str | Entity, params: Any) -> list[Filter]:
    """Filters from a query string; raises Invalid naming every parameter that makes no sense."""
    kind = registry.entity(entity)
    fields = {field.name: field for field in kind.filter_fields}
    found: list[Filter] = []
    problems: dict[str, list[Problem]] = {}
    for name, texts in _given(params):
        if name in RESERVED:
            continue
        column, _sep, op = name.partition("__")
        field = fields.get(column)
        if field is None:
            problems[name] = [Problem("unknown_filter", _("One cannot filter by this."))]
            continue
        try:
            if parsed := _parse(field, op, texts):
                found.append(parsed)
        except BadValue as error:
            problems[name] = [Problem(error.code, error.message)]
    if problems:
        raise Invalid(problems)
    return found


def _parse(field: Field, op: str, texts: list[str]) -> Filter | None:
    possible = operators_for(field)
    op = op or possible[0]
    if op not in possible and not (op == "eq" and "in" in possible):
        raise BadValue("unknown_operator", _("This field cannot be asked in that way."))
    if op == "eq" and "in" in possible and "eq" not in possible:
        op = "in"
    texts = [text for text in texts if text.strip()]
    if not texts:
        return None
    if op == "empty":
        return Filter(field.name, op, (bool(parse_value("bool", texts[-1], options={})),))
    if op == "when":
        if texts[-1] not in RELATIVE:
            raise BadValue("unknown_period", _("There is no such period."))
        return Filter(field.name, op, (texts[-1],))
    if op == "contains":
        return Filter(field.name, op, tuple(texts))
    if op in ("in", "ne") and not field.textual:
        texts = [part for text in texts for part in text.split(",") if part.strip()]
    return Filter(field.name, op, tuple(_value(field, text) for text in texts))


def _value(field: Field, text: str) -> Any:
    if field.kind == "relation":
        if text == _ME and field.target == "user":
            return _ME
        return parse_value("uuid", text, options={})
    options = {**field.options(), "max_length": None}
    if field.kind == "multichoice":
        return parse_value("choice", text, options=options)
    if field.kind == "money" and (currency := home_currency()):
        options |= {"currency": currency, "unit": typed_unit()}
    return parse_value(field.kind, text, options=options)


def apply_filters(
    entity: str | Entity, queryset: QuerySet[Any], filters: list[Filter] | tuple[Filter, ...], actor: Actor
) -> QuerySet[Any]:
    kind = entity_for(actor, entity)
    for one in filters:
        field = kind.all_fields.get(one.field) or next((f for f in kind.asides if f.name == one.field), None)
        if field is None or field.masked:
            raise Invalid.one(one.param, "unknown_filter", _("One cannot filter by this."))
        asked = import_string(field.asks)(kind, one.op, one.values) if field.asks else _condition(field, one, actor)
        queryset = queryset.filter(asked)
        if one.op == "contains" and one.field == kind.title and kind.has_search:
            # The title is part of what is searched, so the trigram index narrows before rows are folded one by one.
            held = [Q(search_text__holds=fold(str(value))) for value in one.values]
            queryset = queryset.filter(Q(*held, _connector=Q.OR))
    return queryset


def _empty(field: Field) -> Q:
    null = Q(**{f"{field.column}__isnull": True})
    return null | Q(**{field.column: ""}) if field.textual or field.kind == "choice" else null


def _condition(field: Field, one: Filter, actor: Actor) -> Q:
    values: list[Any] = [actor.user_id or UUID(int=0) if value == _ME else value for value in one.values]
    column = field.column
    if one.op == "empty":
        return _empty(field) if values[0] else ~_empty(field)
    if one.op == "when":
        return _between(field, str(values[0]))
    if one.op == "contains":
        return Q(*[Q(**{f"{column}__folded": fold(str(value))}) for value in values], _connector=Q.OR)
    if field.kind == "multichoice":
        return _among(column, one)
    if one.op == "ne":
        return ~Q(**{f"{column}__in": values}) | Q(**{f"{column}__isnull": True})
    if field.kind == "datetime" and one.op in ("eq", "lte", "gt"):
        return _whole_days(column, one.op, values[-1])
    if one.op in ("eq", "in"):
        return Q(**{f"{column}__in": values}) if len(values) > 1 else Q(**{column: values[0]})
    return Q(**{f"{column}__{one.op}": values[-1]})


def _among(column: str, one: Filter) -> Q:
    """Any of several values chosen, or none of them."""
    chosen = Q(**{f"{column}__has_any_keys": [str(value) for value in one.values]})
    return ~chosen | Q(**{f"{column}__isnull": True}) if one.op == "ne" else chosen


def _whole_days(column: str, op: str, moment: Any) -> Q:
    """A day given for a moment means that whole day."""
    end = end_of_day(moment)
    if op == "gt":
        return Q(**{f"{column}__gt": end})
    upto = Q(**{f"{column}__lte": end})
    return upto if op == "lte" else upto & Q(**{f"{column}__gte": moment})


def _between(field: Field, period: str) -> Q:
    first, last = relative_range(period, moments=field.kind == "datetime")
    return Q(**{f"{field.column}__gte": first, f"{field.column}__lte": last})


def describe(filters: list[Filter]) -> Mapping[str, tuple[Any, ...]]:
    """Filters back as parameters, for links and saved views."""
    return {one.param: one.values for one in filters}
