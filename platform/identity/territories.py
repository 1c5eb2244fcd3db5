"""What the pages and the API read about territories."""

from collections import Counter
from typing import Any

from django.db.models import Count, Prefetch

from identity.guards import placed_entities
from identity.models import Territory, TerritoryMember, User
from identity.trees import in_order


def territories_in_order(*, without: Territory | None = None, counts: bool = False) -> list[tuple[Territory, int]]:
    """Territories as a tree, each with its depth; with `counts` also `people` and `records`, what lies in it."""
    rows: Any = Territory.objects.order_by("name")
    if not counts:
        return in_order(list(rows), without=without)
    here = TerritoryMember.objects.exclude(user__state=User.State.DEACTIVATED).select_related("user")
    found = list(rows.prefetch_related(Prefetch("memberships", queryset=here.order_by("user__name"))))
    numbers = records_by_territory()
    for one in found:
        one.people = [membership.user for membership in one.memberships.all()]
        one.size = numbers[one.pk]
    return in_order(found)


def records_by_territory() -> Counter[Any]:
    """How many records lie in each territory: one query for each kind of record."""
    numbers: Counter[Any] = Counter()
    for kind in placed_entities():
        placed = kind.records().filter(territory_id__isnull=False).order_by().values_list("territory_id")
        numbers.update(dict(placed.annotate(Count("pk"))))
    return numbers
