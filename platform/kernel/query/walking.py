"""Pages of lists of which something is asked: met on the way through the list, or else gathered by an index.

The planner takes what answers to lie evenly in the list and walks it in its order to meet the first fifty. But it only
guesses how many hold some letters, and what is asked may go with the order: where women's names stand last, all men are
passed first. Such a walk went through a million records, 2 to 11 seconds; by an index they are found in a fraction. So
the walk gets a moment, and then the index its turn.
"""

from typing import Any

from django.db import OperationalError
from django.db.models import OrderBy, QuerySet
from django.db.models.functions import Coalesce

from kernel.query.counting import within
from kernel.query.paging import Page, page
from kernel.query.select import ordering
from kernel.registry import Entity, registry

#: Twice what walks take that end soon.
ON_THE_WAY_MS = 120


def page_in_time(queryset: QuerySet[Any], entity: str | Entity, **wish: Any) -> Page:
    """The page that `kernel.query.page` finds for the same wish (`sort`, `size`, `cursor`)."""
    found = None if is_gathered(queryset) else walk(queryset, entity, **wish)
    return page(gathered(queryset, entity, wish.get("sort")), entity, **wish) if found is None else found


def walk(
    queryset: QuerySet[Any], entity: str | Entity, *, most_ms: int = ON_THE_WAY_MS, **wish: Any
) -> Page | None:  # fmt: skip
    """The page, or None where it is not met in time."""
    try:
        with within(most_ms):
            return page(queryset, entity, **wish)
    except OperationalError:
        return None


def gathered(queryset: QuerySet[Any], entity: str | Entity, sort: str | None) -> QuerySet[Any]:
    """The same records in the same order, said so that no index has it: those that answer are found first."""
    return queryset.order_by(*ordering(registry.entity(entity), sort, few=True))


def is_gathered(queryset: QuerySet[Any]) -> bool:
    first = next(iter(queryset.query.order_by), None)
    return isinstance(first, OrderBy) and isinstance(first.expression, Coalesce)
