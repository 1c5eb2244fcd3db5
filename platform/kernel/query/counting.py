"""How many records there are: exactly where that is quick, otherwise about, and said so."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

T = TypeVar("T")
#: What the planner thinks of a count beyond this is not even tried; below it, the clock decides.
COST = 400_000
BUDGET_MS = 400
#: The same for what shows the number beside rows (an API list) and is not to be kept waiting for it. Pages do not wait
#: at all: they ask again when they stand.
PAGE_MS = 40
#: Counted without a look at the clock; tried; and tried where few rows are expected, which then are far apart.
CHEAP, PAGE_COST, FEW_COST, FEW = 3_000, 5_000, 20_000, 10_000


@dataclass(frozen=True)
class Size:
    number: int
    exact: bool = True
    #: Not counted yet, and worth being asked for once the page stands.
    later: bool = False


def size_of(queryset: QuerySet[Any], *, budget_ms: int = BUDGET_MS) -> Size:
    """The number of records; about, when counting them would keep the page waiting."""
    bare = queryset.order_by().select_related(None)
    rows, cost = planned(bare)
    if cost > COST:
        return Size(rounded(rows), exact=False)
    try:
        with within(budget_ms):
            return Size(int(bare.count()))
    except OperationalError:
        return Size(rounded(rows), exact=False)


def planned(queryset: QuerySet[Any]) -> tuple[int, float]:
    """Rows and cost of reading them, as the planner expects from its statistics; nothing is read."""
    bare = queryset.order_by().select_related(None)
    plan = json.loads(bare.values("pk").explain(format="json"))[0]["Plan"]
    return int(plan["Plan Rows"]), float(plan["Total Cost"])


def at_once(read: Callable[[], T], plan: tuple[int, float]) -> tuple[T | None, Size]:
    """What `read` finds of all the records of a plan where that takes no time worth telling; otherwise None, and about
    how many there are. A page asks the rest with `quickly` when it stands.
    """
    rows, cost = plan
    found = read() if cost <= CHEAP else None
    return found, Size(rounded(rows), exact=False, later=worth_trying(rows, cost))


def quickly(queryset: QuerySet[Any], read: Callable[[], T], *, budget_ms: int = PAGE_MS) -> tuple[T | None, int]:
    """What `read` finds of all these records, where an answer may wait for that, and None where not; and how many the
    planner expects.
    """
    rows, cost = planned(queryset)
    if cost <= CHEAP:
        return read(), rows
    if worth_trying(rows, cost):
        try:
            with within(budget_ms):
                return read(), rows
        except OperationalError:
            pass
    return None, rows


def about(rows: int, *, least: int) -> Size:
    """An estimate that is never fewer than what is shown."""
    return Size(max(rounded(rows), least), exact=False)


def worth_trying(rows: int, cost: float) -> bool:
    """Whether a page may hope to count these in its time. Measured: 20,000 of cost are 18 ms for 5,000 rows by an
    index, and 150 ms and more for 300,000 with their sums.
    """
    return cost <= PAGE_COST or (rows <= FEW and cost <= FEW_COST)


class within:
    """A savepoint whose statements may take so long together and no longer; beyond, OperationalError."""

    def __init__(self, budget_ms: int) -> None:
        self.budget_ms, self.atomic, self.was = budget_ms, transaction.atomic(), "0"

    def __enter__(self) -> None:
        self.atomic.__enter__()
        self.was = self._limit(str(self.budget_ms))

    def _limit(self, most: str) -> str:
        """Set the limit and answer what it was; a rolled back savepoint takes its own limit with it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [most]
            )
            return str(cursor.fetchone()[0])

    def __exit__(self, *problem: Any) -> Any:
        if problem[0] is None:
            try:
                self._limit(self.was)
            except OperationalError as error:  # the time was over within this very statement
                self.atomic.__exit__(type(error), error, error.__traceback__)
                raise
        return self.atomic.__exit__(*problem)


def rounded(number: int) -> int:
    """Two figures: more would pretend to know."""
    digits = len(str(max(number, 1))) - 2
    return number if digits <= 0 else round(number, -digits)
