"""Which index should find the first rows of a list: that of its order, or those of what narrows it.

The planner decides by how many rows it expects and takes them to lie evenly in the list. Names that hold a word stand
together, and what one person sees may lie anywhere: then it walks half of the table in the list's order. Where few rows
are expected of a large table they are gathered and sorted instead, which costs what they are and no more.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Lookup, Q, QuerySet
from django.db.models.sql.where import WhereNode

from kernel.among import Among

#: What finding rows may cost by the planner, and what table is large.
FEW_COST, LARGE = 30_000, 100_000


def gather(rows: int, cost: float, queryset: QuerySet[Any]) -> bool:
    """Whether these rows, as many as are expected at such a cost, are better gathered and sorted.

    To meet 50 of n rows among N one passes 50·N/n if they lie evenly; to gather them, n. So n² is weighed against 50·N,
    twice that since the first is a hope and the second is known: 10,000 of a million.
    """
    if cost > FEW_COST:
        return False
    whole = table_size(queryset)
    return whole > LARGE and rows * rows <= 100 * whole


def table_size(queryset: QuerySet[Any]) -> int:
    """About how many rows the table has, from its statistics; nothing is read."""
    table = connection.ops.quote_name(queryset.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return max(int(cursor.fetchone()[0]), 0)


def apart(rows: QuerySet[Any], relation: str, gathered: Sequence[Any]) -> list[QuerySet[Any]]:
    """For a list in the order of its owners (the `relation`): what is seen by its owner, and what was shared record by
    record. The first rows of all are among the first of each. In one condition every record of people whose records one
    does not see had to be looked up among those shared before the list could begin. Shared ones are few: they come in
    an order that is said so that they are `gathered`.
    """
    for place, node in enumerate(rows.query.where.children):
        if isinstance(node, WhereNode) and node.connector == Q.OR and not node.negated:
            ways = [(ground, _instead(rows, place, ground)) for ground in node.children]
            if all(_is_list(ground) or _is_of(ground, relation) for ground, _way in ways):
                return [way.order_by(*gathered) if _is_list(ground) else way for ground, way in ways]
    return [rows]


def _is_of(ground: Any, relation: str) -> bool:
    return isinstance(ground, Lookup) and getattr(getattr(ground.lhs, "target", None), "name", "") == relation


def _is_list(ground: Any) -> bool:
    return isinstance(ground, Among) and bool(ground.lhs.target.primary_key)


def _instead(rows: QuerySet[Any], place: int, ground: Any) -> QuerySet[Any]:
    """The same rows with only this ground at that place of their conditions."""
    part: QuerySet[Any] = rows.all()
    part.query.where.children[place] = ground
    return part
