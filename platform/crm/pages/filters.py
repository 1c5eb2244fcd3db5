"""From an address to conditions and to sentences: what is filtered, and how a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.periods import period_label
from crm.pages.state import State
from crm.pages.values import choice_text, value_text
from kernel import formats
from kernel.errors import Invalid, Problem
from kernel.money_input import home_currency
from kernel.query import Filter, parse_filters
from kernel.registry import Entity, Field

ME = "me"


@dataclass(frozen=True)
class Chip:
    """One field's filters as a sentence; `remove` and `edit` are query strings."""

    name: str
    label: str
    text: str
    remove: str


@dataclass(frozen=True)
class Reading:
    """What the address asked for: conditions that hold, and problems of those that could not be read."""

    filters: tuple[Filter, ...]
    problems: tuple[tuple[Field, Problem], ...]


def read_filters(entity: Entity, state: State) -> Reading:
    """Parse each parameter by itself, so that one that cannot be read does not take the others with it."""
    found: list[Filter] = []
    problems: list[tuple[Field, Problem]] = []
    for key, values in state.filters.items():
        field = entity.field(key.partition("__")[0])
        try:
            found += parse_filters(entity, {key: list(values)})
        except Invalid as error:
            problems += [(field, problem) for several in error.problems.values() for problem in several]
    return Reading(tuple(found), tuple(problems))


def relation_ids(entity: Entity, filters: Iterable[Filter]) -> dict[str, set[UUID]]:
    """Ids that filters name, by the entity they belong to, so that their labels can be read at once."""
    wanted: dict[str, set[UUID]] = {}
    for condition in filters:
        field = entity.field(condition.field)
        if field.kind == "relation":
            ids = {v for v in condition.values if isinstance(v, UUID)}
            wanted.setdefault(field.target, set()).update(ids)
    return wanted


def chips(entity: Entity, state: State, reading: Reading, labels: Labels) -> list[Chip]:
    """One chip for each field that is filtered, in the order in which the address names them."""
    labels.learn(relation_ids(entity, reading.filters))
    names = dict.fromkeys(key.partition("__")[0] for key in state.filters)
    result = []
    for name in names:
        field = entity.field(name)
        conditions = [c for c in reading.filters if c.field == name]
        text = _sentence(field, conditions, labels)
        result.append(Chip(name, str(field.label), text, state.without(name).query()))
    return result


def _sentence(field: Field, conditions: list[Filter], labels: Labels) -> str:
    if not conditions:
        return _("could not be read")
    by_op = {c.op: c.values for c in conditions}
    if "gte" in by_op and "lte" in by_op:
        low, high = (_say(field, by_op[op][-1], labels) for op in ("gte", "lte"))
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _(", and ").join(_clause(field, c, labels) for c in conditions)


def _clause(field: Field, condition: Filter, labels: Labels) -> str:
    if condition.op == "empty":
        return _("is empty") if condition.values[0] else _("is not empty")
    if condition.op == "when":
        return period_label(str(condition.values[0]))
    said = _(" or ").join(_say(field, v, labels) for v in condition.values)
    dated = field.kind in {"date", "datetime"}
    patterns = {
        "contains": _("contains “%s”"),
        "ne": _("not %s"),
        "gte": _("from %s") if dated else _("at least %s"),
        "gt": _("after %s") if dated else _("more than %s"),
        "lte": _("until %s") if dated else _("at most %s"),
        "lt": _("before %s") if dated else _("less than %s"),
    }
    return patterns[condition.op] % said if condition.op in patterns else said


def _say(field: Field, value: Any, labels: Labels) -> str:
    if field.kind == "relation":
        if value == ME:
            return _("me")
        return labels.get(field.target, value) or _("(not visible to you)")
    if field.kind in ("choice", "multichoice"):
        return choice_text(field, value)
    if field.kind == "datetime":
        return formats.date_short(value)
    return value_text(field, value, currency=home_currency() if field.kind == "money" else "")
