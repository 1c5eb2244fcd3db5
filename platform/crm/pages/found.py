"""How a list comes by the rows of one page: in the order that was asked for, by the index that finds them soonest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from crm.pages.state import State
from kernel.errors import Invalid, Problem
from kernel.query import Filter, Group, Node, Page, in_order, page
from kernel.query.counting import CHEAP, planned
from kernel.query.filters import by_words
from kernel.query.reaching import gather
from kernel.query.select import ordering
from kernel.query.walking import ON_THE_WAY_MS, gathered, walk
from kernel.registry import Entity
from kernel.search.matching import INSIDE
from kernel.text.folding import fold

#: Of what more records answer to, the newest may come first if nobody asked for an order.
MOST_BY_NAME = 5_000
#: They are looked for by date no longer than that: they may all be old.
NEWEST_MS = 150
#: And by name no longer than that, if they may come by date instead.
BY_NAME_MS = 40
#: Letters that are thought to be in so many records are looked for by their index, but no longer than that. A hundredth
#: of a million is what the planner expects of letters that stand in one of its hundred samples: it may be far fewer.
MOST_GATHERED, FEW_MS = 12_000, 40
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
    search = _Search(entity, queryset, plan, conditions, size)
    worded = bool(state.q) or any(by_words(entity, one) for one in conditions)
    if worded and (newest := search.newest(state)):
        return newest
    try:
        return search.found(state, by_date=not worded)
    except Invalid as error:
        told = [("", problem) for problems in error.problems.values() for problem in problems]
        return replace(search.found(replace(state, cursor=""), by_date=not worded), told=told)


@dataclass(frozen=True)
class _Search:
    entity: Entity
    queryset: QuerySet[Any]
    plan: tuple[int, float]
    conditions: Sequence[Node]
    size: int

    def found(self, state: State, *, by_date: bool) -> Found:
        """By the way that is thought to be the shortest, each for a moment; the last one however long it takes.

        Reliable numbers decide at once. Otherwise: gathered, if only letters were guessed; met on the way through the
        list; the newest, if nobody asked for an order; gathered.
        """
        rows, cost = self.plan
        narrowed = bool(state.q or self.conditions)
        if cost <= CHEAP:
            return self._page(self.queryset, state)
        if narrowed and not _any(self.conditions, self._is_multichoice) and gather(rows, cost, self.queryset):
            return self._page(self._gathered(state), state)
        lettered = bool(state.q) or _any(self.conditions, _is_lettered)
        if lettered and rows <= MOST_GATHERED and (few := self._walk(self._gathered(state), state, FEW_MS)):
            return few
        by_date = by_date and narrowed and not (state.sort or state.cursor) and self._has_dates()
        if met := self._walk(self.queryset, state, BY_NAME_MS if by_date else ON_THE_WAY_MS):
            return met
        return (self.newest(state) if by_date else None) or self._page(self._gathered(state), state)

    def newest(self, state: State) -> Found | None:
        """The newest of thousands that answer: nobody reads them all by name, and these are met by walking a little of
        the list, where sorting them would fetch each.
        """
        asked, sort = bool(state.sort), state.sort or NEWEST
        if sort.lstrip("-") != NEWEST[1:] or not self._has_dates() or (state.cursor and not asked):
            return None
        ordered = self.queryset.order_by(*ordering(self.entity, sort))
        try:
            met = self._walk(ordered, replace(state, sort=sort), NEWEST_MS)
        except Invalid:
            return None
        return replace(met, by_date=not asked) if met else None

    def _has_dates(self) -> bool:
        field = self.entity.all_fields.get(NEWEST[1:])
        many = self.plan[0] > MOST_BY_NAME
        return many and field is not None and not field.masked and in_order(self.entity, field)

    def _is_multichoice(self, one: Filter) -> bool:
        """Of which the planner knows nothing: it expects a hundredth, however many hold one of the values."""
        field = self.entity.all_fields.get(one.field)
        return field is not None and field.kind == "multichoice"

    def _gathered(self, state: State) -> QuerySet[Any]:
        return gathered(self.queryset, self.entity, state.sort or None)

    def _page(self, queryset: QuerySet[Any], state: State) -> Found:
        return Found(page(queryset, self.entity, **self._wish(state)), state, [], self.plan)

    def _walk(self, queryset: QuerySet[Any], state: State, most_ms: int) -> Found | None:
        met = walk(queryset, self.entity, most_ms=most_ms, **self._wish(state))
        return Found(met, state, [], self.plan) if met else None

    def _wish(self, state: State) -> dict[str, Any]:
        return {"sort": state.sort or None, "size": self.size, "cursor": state.cursor or None}


def _any(conditions: Sequence[Node], test: Callable[[Filter], bool]) -> bool:
    return any(_any(one.parts, test) if isinstance(one, Group) else test(one) for one in conditions)


def _is_lettered(one: Filter) -> bool:
    """Whether it asks for letters: an index soon tells where they are, and the planner only guesses how many."""
    return one.op == "contains" and all(len(fold(str(value))) >= INSIDE for value in one.values)
