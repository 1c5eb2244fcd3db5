"""How a list comes by the rows of one page: in the order that was asked for, by the index that finds them soonest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet

from crm.pages.state import State
from kernel.errors import Invalid, Problem
from kernel.query import Group, Node, Page, in_order, page
from kernel.query.counting import CHEAP, planned, within
from kernel.query.filters import by_words
from kernel.query.reaching import gather
from kernel.query.select import ordering
from kernel.query.texts import reader_for
from kernel.registry import Entity

#: Of a search that more records answer to, the newest come first if nobody asked for an order.
MOST_BY_NAME = 5_000
#: They are looked for by date no longer than that: they may all be old.
NEWEST_MS = 150
NEWEST = "-created_at"


@dataclass(frozen=True)
class Found:
    page: Page
    #: In which order they are, and what of the address made no sense.
    state: State
    told: list[tuple[str, Problem]]
    #: Rows of the whole list and cost of reading them, as the planner expects.
    plan: tuple[int, float]
    #: They are so many that the newest come first, though nobody asked for that.
    by_date: bool = False


def find_page(
    entity: Entity, queryset: QuerySet[Any], state: State, *, conditions: Sequence[Node], size: int
) -> Found:  # fmt: skip
    """The page that the address asks for, or the first one where its marker is not one of this list."""
    plan = planned(queryset)
    worded = bool(state.q) or any(by_words(entity, one) for one in conditions)
    if worded and (by_date := _by_date(entity, queryset, state, plan, size)):
        return by_date
    if (state.q or conditions) and not _guessed(entity, conditions) and gather(*plan, queryset):
        queryset = queryset.order_by(*ordering(entity, state.sort or None, few=True))
    read = reader_for(state.q, conditions) if plan[1] > CHEAP else page
    try:
        found = read(queryset, entity, sort=state.sort or None, size=size, cursor=state.cursor or None)
    except Invalid as error:
        told = [("", problem) for problems in error.problems.values() for problem in problems]
        state = replace(state, cursor="")
        return Found(read(queryset, entity, sort=state.sort or None, size=size), state, told, plan)
    return Found(found, state, [], plan)


def _guessed(entity: Entity, conditions: Sequence[Node]) -> bool:
    """Whether something is asked of which the planner knows nothing: of several chosen values it expects a hundredth,
    however many hold one.
    """
    for one in conditions:
        if isinstance(one, Group):
            if _guessed(entity, one.parts):
                return True
        elif (field := entity.all_fields.get(one.field)) is not None and field.kind == "multichoice":
            return True
    return False


def _by_date(
    entity: Entity, queryset: QuerySet[Any], state: State, plan: tuple[int, float], size: int
) -> Found | None:  # fmt: skip
    """The newest of tens of thousands that hold a word: nobody reads them all by name, and these are met by walking a
    little of the list, where sorting them would fetch each.
    """
    field, sort = entity.all_fields.get(NEWEST[1:]), state.sort or NEWEST
    if plan[0] <= MOST_BY_NAME or sort.lstrip("-") != NEWEST[1:]:
        return None
    if field is None or field.masked or not in_order(entity, field):
        return None
    asked, state = bool(state.sort), replace(state, sort=sort, cursor=state.cursor if state.sort else "")
    ordered = queryset.order_by(*ordering(entity, sort))
    try:
        with within(NEWEST_MS):
            found = page(ordered, entity, sort=sort, size=size, cursor=state.cursor or None)
            return Found(found, state, [], plan, by_date=not asked)
    except (OperationalError, Invalid):
        return None
