"""Pages of lists that ask for a text: met on the way through the list, or else gathered by an index of words.

How many records hold some letters, the planner only guesses. Where it guesses too many it walks the list in its order
to meet the first fifty, and of letters that nobody's name holds the last of a million records would tell: 11 seconds
for two such letters, 0.2 by the index. So the walk gets a moment, and then the index its turn.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import OperationalError
from django.db.models import OrderBy, QuerySet
from django.db.models.functions import Coalesce

from kernel.query.counting import within
from kernel.query.filters import Group, Node
from kernel.query.paging import Page, page
from kernel.query.select import ordering
from kernel.registry import Entity, registry

#: Twice what walks take that end soon.
ON_THE_WAY_MS = 120


def reader_for(q: str, conditions: Iterable[Node]) -> Callable[..., Page]:
    """What reads the pages of a list with this search and these conditions."""
    return text_page if q or any(map(_contains, conditions)) else page


def _contains(node: Node) -> bool:
    return any(map(_contains, node.parts)) if isinstance(node, Group) else node.op == "contains"


def text_page(
    queryset: QuerySet[Any], entity: str | Entity, *, sort: str | None = None, size: int = 50,
    cursor: str | None = None,
) -> Page:  # fmt: skip
    """The same page as `kernel.query.page` finds."""
    if not _is_gathered(queryset):
        try:
            with within(ON_THE_WAY_MS):
                return page(queryset, entity, sort=sort, size=size, cursor=cursor)
        except OperationalError:
            queryset = queryset.order_by(*ordering(registry.entity(entity), sort, few=True))
    return page(queryset, entity, sort=sort, size=size, cursor=cursor)


def _is_gathered(queryset: QuerySet[Any]) -> bool:
    """Whether its order is said as an expression that no index has (`kernel.query.select.ordering`)."""
    first = next(iter(queryset.query.order_by), None)
    return isinstance(first, OrderBy) and isinstance(first.expression, Coalesce)
