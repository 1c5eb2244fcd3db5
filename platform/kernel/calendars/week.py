"""Weeks. Weekdays are numbered as date.weekday(): Monday 0 … Friday 4, Saturday 5, Sunday 6."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

# What an organization may choose; the first is the default of a Persian one.
IRAN_WEEKENDS = (frozenset({FRIDAY}), frozenset({THURSDAY, FRIDAY}), frozenset({FRIDAY, SATURDAY}))


def week_start(d: date, first_weekday: int) -> date:
    return d - timedelta(days=(d.weekday() - first_weekday) % 7)


def weekday_order(first_weekday: int) -> tuple[int, ...]:
    return tuple((first_weekday + i) % 7 for i in range(7))


def is_weekend(d: date, weekend: Set[int]) -> bool:
    return d.weekday() in weekend
