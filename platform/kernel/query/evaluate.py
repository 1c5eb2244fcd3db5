"""The same conditions decided in Python, for one record in hand: the twin that `condition_of` is proven equal to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.access import Actor
from kernel.calendars.relative import end_of_day, relative_range
from kernel.query.filters import ME, MY_TEAM, Filter, Node
from kernel.registry import Entity, Field, registry
from kernel.text.folding import fold

#: (relation, id) → the related record, or None where it is gone or not for the actor's eyes.
Related = Callable[[Field, Any], Any]


def nothing_related(_field: Field, _pk: Any) -> Any:
    return None


def holds(kind: Entity, node: Node, record: Any, *, actor: Actor, related: Related = nothing_related) -> bool:
    """Whether a record meets the condition."""
    if isinstance(node, Filter):
        return _single(kind, node, record, actor, related)
    met = [holds(kind, part, record, actor=actor, related=related) for part in node.parts]
    if node.join == "or":
        return any(met)
    return all(met) != (node.join == "not")


def _single(kind: Entity, one: Filter, record: Any, actor: Actor, related: Related) -> bool:
    hop, _dot, name = one.field.rpartition(".")
    if not hop:
        field = kind.field(one.field)
        return _meets(field, one, getattr(record, field.column), actor, related)
    relation = kind.field(hop)
    other = related(relation, getattr(record, relation.column))
    target = registry.entity(relation.target)
    return other is not None and _single(target, Filter(name, one.op, one.values), other, actor, related)


def _meets(field: Field, one: Filter, value: Any, actor: Actor, related: Related) -> bool:
    nothing = value in (None, "", [])
    if one.op == "empty":
        return nothing == bool(one.values[0])
    if one.op == "ne":
        return value is None or not _is_one_of(field, one, value, actor, related)
    if value is None:
        return False
    if one.op in ("eq", "in"):
        return _is_one_of(field, one, value, actor, related)
    if one.op == "contains":
        return any(fold(str(wanted)) in fold(str(value)) for wanted in one.values)
    if one.op == "when":
        first, last = relative_range(str(one.values[0]), moments=field.kind == "datetime")
        return bool(first <= value <= last)
    return _compared(field, one.op, value, one.values[-1])


def _is_one_of(field: Field, one: Filter, value: Any, actor: Actor, related: Related) -> bool:
    if field.kind == "multichoice":
        return bool({str(chosen) for chosen in value} & {str(wanted) for wanted in one.values})
    if field.kind == "datetime" and isinstance(value, datetime) and one.op == "eq":
        return bool(one.values[-1] <= value <= end_of_day(one.values[-1]))
    for wanted in one.values:
        if wanted == ME and field.kind == "relation":
            if value == (actor.user_id or UUID(int=0)):
                return True
        elif wanted == MY_TEAM and field.kind == "relation":
            team = value if field.target == "team" else getattr(related(field, value), "team_id", None)
            if team in actor.team_ids:
                return True
        elif value == wanted:
            return True
    return False


def _compared(field: Field, op: str, value: Any, bound: Any) -> bool:
    if field.kind == "datetime" and op in ("lte", "gt"):
        bound = end_of_day(bound)
    return bool({"gte": value >= bound, "lte": value <= bound, "gt": value > bound, "lt": value < bound}[op])
