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
from kernel.access import Actor
from kernel.errors import Invalid, Problem
from kernel.money_input import home_currency
from kernel.query import Filter, Group, Node, parse_filters
from kernel.query.tree import Raw, dump_tree, field_at, parse_node, read_tree
from kernel.registry import Entity, Field
from kernel.values import BadValue

ME = "me"
MY_TEAM = "my_team"


@dataclass(frozen=True)
class Chip:
    """One field's filters as a sentence; `remove` and `edit` are query strings."""

    name: str
    label: str
    text: str
    remove: str
    #: A part of the tree, edited as a whole.
    of_tree: bool = False


@dataclass(frozen=True)
class Reading:
    """What the address asked for: conditions that hold, and problems of those that could not be read."""

    filters: tuple[Filter, ...]
    problems: tuple[tuple[Field | None, Problem], ...]
    #: Parts of the tree, all of which hold; a part that could not be read has no condition.
    parts: tuple[tuple[Raw, Node | None], ...] = ()

    @property
    def conditions(self) -> tuple[Node, ...]:
        return (*self.filters, *(node for _raw, node in self.parts if node is not None))


def read_filters(entity: Entity, state: State, actor: Actor | None = None) -> Reading:
    """Parse each parameter by itself, so that one that cannot be read does not take the others with it."""
    found: list[Filter] = []
    problems: list[tuple[Field | None, Problem]] = []
    for key, values in state.filters.items():
        field = entity.field(key.partition("__")[0])
        try:
            found += parse_filters(entity, {key: list(values)})
        except Invalid as error:
            problems += [(field, problem) for several in error.problems.values() for problem in several]
    parts: list[tuple[Raw, Node | None]] = []
    for raw in _parts(state.f, problems):
        try:
            parts.append((raw, parse_node(entity, raw, actor)))
        except BadValue as error:
            problems.append((None, Problem(error.code, error.message)))
            parts.append((raw, None))
    return Reading(tuple(found), tuple(problems), tuple(parts))


def _parts(text: str, problems: list[tuple[Field | None, Problem]]) -> list[Raw]:
    """What the tree joins by "and" at its top."""
    try:
        raw = read_tree(text)
    except BadValue as error:
        problems.append((None, Problem(error.code, error.message)))
        return []
    if isinstance(raw, dict) and "and" in raw:
        return list(raw["and"])
    return [raw] if raw else []


def joined(parts: Iterable[Raw]) -> str:
    """Parts as the tree that asks for all of them."""
    several = list(parts)
    return dump_tree(several[0] if len(several) == 1 else {"and": several} if several else None)


def relation_ids(entity: Entity, filters: Iterable[Node]) -> dict[str, set[UUID]]:
    """Ids that filters name, by the entity they belong to, so that their labels can be read at once."""
    wanted: dict[str, set[UUID]] = {}
    for condition in filters:
        if isinstance(condition, Group):
            for target, ids in relation_ids(entity, condition.parts).items():
                wanted.setdefault(target, set()).update(ids)
            continue
        field = field_at(entity, condition.field)
        if field.kind == "relation":
            wanted.setdefault(field.target, set()).update(v for v in condition.values if isinstance(v, UUID))
    return wanted


def chips(entity: Entity, state: State, reading: Reading, labels: Labels) -> list[Chip]:
    """One chip for each field that is filtered, in the order in which the address names them."""
    labels.learn(relation_ids(entity, reading.conditions))
    names = dict.fromkeys(key.partition("__")[0] for key in state.filters)
    result = []
    for name in names:
        field = entity.field(name)
        conditions = [c for c in reading.filters if c.field == name]
        text = _sentence(field, conditions, labels)
        result.append(Chip(name, str(field.label), text, state.without(name).query()))
    for at, (_raw, node) in enumerate(reading.parts):
        rest = joined(raw for n, (raw, _node) in enumerate(reading.parts) if n != at)
        text = tree_words(entity, node, labels) if node is not None else _("could not be read")
        result.append(Chip(f"f{at}", "", text, state.query(f=rest), of_tree=True))
    return result


def tree_words(entity: Entity, node: Node, labels: Labels, *, inner: bool = False) -> str:
    """A tree as a sentence: "City: Qom or (Amount: at least €10 and Owner: me)"."""
    if isinstance(node, Filter):
        field = field_at(entity, node.field)
        return _("%(field)s: %(clause)s") % {
            "field": path_label(entity, node.field),
            "clause": clause(field, node, labels),
        }
    said = [tree_words(entity, part, labels, inner=True) for part in node.parts]
    text = (_(" or ") if node.join == "or" else _(" and ")).join(said) or _("nothing")
    if node.join == "not":
        return _("not (%s)") % text
    return f"({text})" if inner and len(said) > 1 else text


def path_label(entity: Entity, path: str) -> str:
    """ "Account › City" for a field of a related record."""
    hop, _dot, _name = path.rpartition(".")
    label = str(field_at(entity, path).label)
    return _("%(relation)s › %(field)s") % {"relation": entity.field(hop).label, "field": label} if hop else label


def _sentence(field: Field, conditions: list[Filter], labels: Labels) -> str:
    if not conditions:
        return _("could not be read")
    by_op = {c.op: c.values for c in conditions}
    if "gte" in by_op and "lte" in by_op:
        low, high = (_say(field, by_op[op][-1], labels) for op in ("gte", "lte"))
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _(", and ").join(clause(field, c, labels) for c in conditions)


def clause(field: Field, condition: Filter, labels: Labels) -> str:
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
        if value == MY_TEAM:
            return _("my team")
        return labels.get(field.target, value) or _("(not visible to you)")
    if field.kind in ("choice", "multichoice"):
        return choice_text(field, value)
    if field.kind == "datetime":
        return formats.date_short(value)
    return value_text(field, value, currency=home_currency() if field.kind == "money" else "")
