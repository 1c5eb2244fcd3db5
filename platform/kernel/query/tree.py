"""Filters joined by "and", "or" and "not", as JSON in one parameter:

    f={"or":[["city","contains","Qom"],{"and":[["account.sector","in","steel"],["amount","gte","100"]]}]}

A condition is `[field, operator, value…]`, with the operators and values of the plain parameters; a field of a related
record is named through its relation ("account.city").
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, entity_for
from kernel.errors import Invalid, Problem
from kernel.query.filters import Filter, Group, Join, Node, parse_condition
from kernel.registry import Entity, Field, registry
from kernel.registry.book import UnknownName
from kernel.values import BadValue

#: More than anybody builds by hand, and little enough for one statement.
MOST_PARTS, MOST_DEPTH, MOST_LETTERS = 200, 12, 20_000
JOINS = ("and", "or", "not")
Raw = dict[str, Any] | list[Any]


class BadTree(BadValue):
    """The parameter is not such a tree."""


def _no_tree() -> BadTree:
    return BadTree(
        "bad_filter", _('A filter is JSON such as {"or":[["city","eq","Qom"],["city","eq","Ahvaz"]]}: check its form.')
    )


def read_tree(text: str) -> Raw | None:
    """The tree's form, checked and with every value a text; None for nothing. Raises BadTree."""
    if not text.strip():
        return None
    if len(text) > MOST_LETTERS:
        raise BadTree("filter_too_large", _("This filter is too large. Split it into several views."))
    try:
        return _checked(json.loads(text), 0, [0])
    except (ValueError, RecursionError):
        raise _no_tree() from None


def _checked(node: Any, depth: int, seen: list[int]) -> Raw:
    seen[0] += 1
    if depth > MOST_DEPTH or seen[0] > MOST_PARTS:
        raise BadTree("filter_too_large", _("This filter is too large. Split it into several views."))
    if isinstance(node, list):
        return _checked_condition(node)
    if not isinstance(node, dict) or len(node) != 1:
        raise _no_tree()
    join, parts = next(iter(node.items()))
    if join not in JOINS or not isinstance(parts, list):
        raise _no_tree()
    return {join: [_checked(part, depth + 1, seen) for part in parts]}


def _checked_condition(node: list[Any]) -> list[Any]:
    if len(node) < 2 or not all(isinstance(part, str | int | float) for part in node):
        raise _no_tree()
    texts = [("1" if part else "0") if isinstance(part, bool) else str(part) for part in node]
    if any("\x00" in text for text in texts):
        raise _no_tree()
    return texts


def dump_tree(tree: Raw | None) -> str:
    """The one way to write a tree, so that equal trees have equal addresses."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")) if tree else ""


def parse_tree(entity: str | Entity, text: str, *, actor: Actor | None = None) -> list[Node]:
    """Conditions of the parameter `f`; raises Invalid naming what makes no sense."""
    kind = registry.entity(entity)
    try:
        raw = read_tree(text)
        return [parse_node(kind, raw, actor)] if raw else []
    except BadValue as error:
        raise Invalid({"f": [Problem(error.code, error.message)]}) from None


def parse_node(kind: Entity, raw: Raw, actor: Actor | None = None) -> Node:
    """A checked form as conditions. Raises BadValue."""
    if isinstance(raw, Mapping):
        join, parts = next(iter(raw.items()))
        return Group(cast("Join", join), tuple(parse_node(kind, part, actor) for part in parts))
    path, op, *texts = raw
    field = field_at(kind, path, actor)
    if op == "empty" and not texts:
        texts = ["1"]
    found = parse_condition(field, op, texts)
    if found is None:
        raise BadValue("value_missing", _("A condition has no value yet. Fill it in or take the condition away."))
    return Filter(path, found.op, found.values)


def field_at(kind: Entity, path: str, actor: Actor | None = None) -> Field:
    """The field that a condition is about: the entity's own, or one of a related record. Raises BadValue."""
    hop, _dot, name = path.rpartition(".")
    if hop:
        relation = kind.all_fields.get(hop)
        if relation is None or relation.kind != "relation":
            raise _unknown()
        kind = related_entity(relation, actor)
    field = next((one for one in kind.filter_fields if one.name == name), None)
    if field is None or field.masked:
        raise _unknown()
    return field


def related_entity(relation: Field, actor: Actor | None) -> Entity:
    """The entity at the other end, if the actor may see any of its records. Raises BadValue."""
    try:
        target = registry.entity(relation.target)
    except UnknownName:
        raise _unknown() from None
    if actor is None:
        return target
    if not actor.may(target.permission("view")):
        raise _unknown()
    return entity_for(actor, target)


def _unknown() -> BadValue:
    return BadValue("unknown_filter", _("One cannot filter by this."))
