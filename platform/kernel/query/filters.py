"""Filters: `stage=<uuid>`, `amount__gte=1000`, `name__contains=…`, `owner=me`, `next_step__empty=1`.

Parameters of an address are joined by "and"; `kernel.query.tree` reads what joins them by "or" and "not".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kernel.access import NOTHING, Actor, entity_for, records_visible_to
from kernel.calendars.relative import end_of_day, find_period, relative_range
from kernel.errors import Invalid, Problem
from kernel.money_input import home_currency, typed_unit
from kernel.registry import Entity, Field, registry
from kernel.search.matching import INSIDE
from kernel.text.folding import fold
from kernel.values import BadValue, parse_value

OPERATORS = ("eq", "ne", "in", "contains", "gte", "lte", "gt", "lt", "empty", "when")
#: Parameters of a list that are no filters.
RESERVED = frozenset({
    "q", "cursor", "limit", "sort", "fields", "expand", "view", "columns", "page", "format", "group", "lane", "mode",
    "f", "by", "by_order", "on", "at", "span", "measure", "shape", "exact",
})  # fmt: skip
ME, MY_TEAM = "me", "my_team"


@dataclass(frozen=True)
class Filter:
    """One condition; several are joined by "and". `values` are parsed; for "when" the name of a relative period.

    `field` may name one of a related record: "account.city".
    """

    field: str
    op: str
    values: tuple[Any, ...]

    @property
    def param(self) -> str:
        return self.field if self.op in ("eq", "in") else f"{self.field}__{self.op}"


Join = Literal["and", "or", "not"]


@dataclass(frozen=True)
class Group:
    """Conditions joined by "and" or "or"; "not" says that they do not hold all."""

    join: Join
    parts: tuple["Filter | Group", ...]


Node = Filter | Group


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
            if parsed := parse_condition(field, op, texts):
                found.append(parsed)
        except BadValue as error:
            problems[name] = [Problem(error.code, error.message)]
    if problems:
        raise Invalid(problems)
    return found


def parse_condition(field: Field, op: str, texts: list[str]) -> Filter | None:
    """One condition on a field from its texts; None where nothing was given. Raises BadValue."""
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
        if find_period(texts[-1]) is None:
            raise BadValue("unknown_period", _("There is no such period."))
        return Filter(field.name, op, (texts[-1],))
    if op == "contains":
        return Filter(field.name, op, tuple(texts))
    if op in ("in", "ne") and not field.textual:
        texts = [part for text in texts for part in text.split(",") if part.strip()]
    return Filter(field.name, op, tuple(_value(field, text) for text in texts))


def _value(field: Field, text: str) -> Any:
    if field.kind == "relation":
        if (text == ME and field.target == "user") or (text == MY_TEAM and field.target in ("user", "team")):
            return text
        return parse_value("uuid", text, options={})
    options = {**field.options(), "max_length": None}
    if field.kind == "multichoice":
        return parse_value("choice", text, options=options)
    if field.kind == "money" and (currency := home_currency()):
        options |= {"currency": currency, "unit": typed_unit()}
    return parse_value(field.kind, text, options=options)


def apply_filters(
    entity: str | Entity, queryset: QuerySet[Any], filters: Sequence[Node], actor: Actor
) -> QuerySet[Any]:
    kind = entity_for(actor, entity)
    for one in filters:
        queryset = queryset.filter(condition_of(kind, one, actor))
    return queryset


def condition_of(kind: Entity, node: Node, actor: Actor, *, holds: bool = True) -> Q:
    """One SQL condition of a tree, or of its contrary.

    "Not" is carried down to the single conditions, each of which is true or false and never unknown: an empty value
    would otherwise fall out of "x" and of "not x" alike.
    """
    if isinstance(node, Filter):
        return _single(kind, node, actor, holds)
    inner = holds if node.join != "not" else not holds
    parts = [condition_of(kind, part, actor, holds=inner) for part in node.parts]
    every = (node.join == "or") != inner
    if not parts:
        return ~NOTHING if every else NOTHING
    return Q(*parts, _connector=Q.AND if every else Q.OR)


def _single(kind: Entity, one: Filter, actor: Actor, holds: bool) -> Q:
    hop, _dot, name = one.field.rpartition(".")
    if hop:
        return _related(kind.field(hop), name, one, actor, holds)
    if not may_be_asked(kind, one.field):
        raise Invalid.one(one.param, "unknown_filter", _("One cannot filter by this."))
    field = asked_field(kind, one.field)
    if field.asks:
        condition: Q = import_string(field.asks)(kind, one.op, one.values)
        return condition if holds else ~condition
    if holds and by_words(kind, one):
        # It is part of what is searched: the trigram index finds rows, and the field is looked at only there.
        ways = [Q(search_text__holds=fold(str(v))) & Q(**{f"{field.column}__within": v}) for v in one.values]
        return Q(*ways, _connector=Q.OR)
    if one.op == "empty":
        return _empty(field) if one.values[0] == holds else _filled(field)
    condition = _condition(field, one, actor)
    if not holds:
        # "Not the same" is told of empty values already.
        return ~condition if one.op == "ne" else ~condition | Q(**{f"{field.column}__isnull": True})
    return condition


def by_words(kind: Entity, node: Node) -> bool:
    """Whether this asks for words, of letters enough for the trigram index, in a field that the search reads."""
    if not isinstance(node, Filter) or node.op != "contains" or not kind.has_search:
        return False
    searched = node.field == kind.title or node.field in kind.search_sources
    return searched and all(len(fold(str(value))) >= INSIDE for value in node.values)


def may_be_asked(kind: Entity, name: str) -> bool:
    """Whether the entity, as this reader may see it, lets one filter by that field: by a masked one, values leak."""
    field = kind.all_fields.get(name) or next((f for f in kind.asides if f.name == name), None)
    return field is not None and not field.masked


def asked_field(kind: Entity, name: str) -> Field:
    """The field of a condition; some that are asked are no column of the record (its tags)."""
    return kind.all_fields.get(name) or next(f for f in kind.asides if f.name == name)


def _related(relation: Field, name: str, one: Filter, actor: Actor, holds: bool) -> Q:
    """A condition on a related record counts only records that the actor may see, and fields of it likewise."""
    target = entity_for(actor, relation.target)
    if not may_be_asked(target, name):
        return NOTHING
    condition = _single(target, Filter(name, one.op, one.values), actor, True)
    found = Q(**{f"{relation.column}__in": records_visible_to(actor, target).filter(condition).order_by().values("pk")})
    return found if holds else ~found | Q(**{f"{relation.column}__isnull": True})


def _empty(field: Field) -> Q:
    null = Q(**{f"{field.column}__isnull": True})
    return null | Q(**{field.column: ""}) if field.textual or field.kind == "choice" else null


def _filled(field: Field) -> Q:
    """The contrary. Put as "beyond the empty text", which an index of the column can answer."""
    if field.textual or field.kind == "choice":
        return Q(**{f"{field.column}__gt": ""})
    return Q(**{f"{field.column}__isnull": False})


def _condition(field: Field, one: Filter, actor: Actor) -> Q:
    values = _told(field, one.values, actor)
    column = field.column
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
        return Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"{column}__in": values})
    return Q(**{f"{column}__{one.op}": values[-1]})


def _told(field: Field, values: Sequence[Any], actor: Actor) -> list[Any]:
    """The values with "me" and "my team" as the ids they mean for this actor."""
    told: list[Any] = []
    for value in values:
        if value == ME:
            told.append(actor.user_id or UUID(int=0))
        elif value == MY_TEAM and field.kind == "relation":
            told += _my_team(field, actor)
        else:
            told.append(value)
    return told


def _my_team(field: Field, actor: Actor) -> list[UUID]:
    if field.target == "team":
        return sorted(actor.team_ids)
    people = registry.entity("user").model_class._default_manager.filter(team_id__in=sorted(actor.team_ids))
    return list(people.values_list("pk", flat=True)) if actor.team_ids else []


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
