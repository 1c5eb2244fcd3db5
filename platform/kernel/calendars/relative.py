"""Periods relative to today, in the reader's calendar, week and time zone: "this month" is Azar for one, November for
another. `this_month:jalali` names the calendar whoever reads; `last_45_days`, `3_months_ago` carry a number."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.calendars.fiscal import fiscal_quarter, fiscal_quarter_bounds, fiscal_year, fiscal_year_bounds
from kernel.calendars.week import week_start
from kernel.formats import Locale, get_locale, local_date, num

Range = tuple[date, date]
Bounds = Callable[[date, Locale], Range]
#: So that a sum of days never leaves the years that a date can have.
MOST = 9_999
FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)


def _days(first: int, last: int) -> Bounds:
    return lambda today, locale: (today + timedelta(days=first), today + timedelta(days=last))


def _weeks(first: int, last: int) -> Bounds:
    def bounds(today: date, locale: Locale) -> Range:
        start = week_start(today, locale.first_weekday)
        return start + timedelta(weeks=first), start + timedelta(weeks=last, days=6)

    return bounds


def _months(first: int, last: int, step: int = 1) -> Bounds:
    """Whole months (or quarters, years by `step`) of the reader's calendar, counted from the present one."""

    def bounds(today: date, locale: Locale) -> Range:
        year, month, _day = locale.cal.from_date(today)
        here = locale.cal.to_date(year, (month - 1) // step * step + 1, 1)
        after = locale.cal.add_months(here, (last + 1) * step)
        return locale.cal.add_months(here, first * step), after - timedelta(days=1)

    return bounds


def _fiscal(offset: int) -> Bounds:
    def bounds(today: date, locale: Locale) -> Range:
        year = fiscal_year(today, locale.cal, locale.fiscal_first_month) + offset
        return fiscal_year_bounds(year, locale.cal, locale.fiscal_first_month)

    return bounds


def _fiscal_quarter(offset: int) -> Bounds:
    def bounds(today: date, locale: Locale) -> Range:
        first = locale.fiscal_first_month
        index = fiscal_year(today, locale.cal, first) * 4 + fiscal_quarter(today, locale.cal, first) - 1 + offset
        return fiscal_quarter_bounds(index // 4, index % 4 + 1, locale.cal, first)

    return bounds


RELATIVE: dict[str, tuple[Any, Bounds]] = {
    "today": (_("today"), _days(0, 0)),
    "yesterday": (_("yesterday"), _days(-1, -1)),
    "tomorrow": (_("tomorrow"), _days(1, 1)),
    "this_week": (_("this week"), _weeks(0, 0)),
    "last_week": (_("last week"), _weeks(-1, -1)),
    "next_week": (_("next week"), _weeks(1, 1)),
    "this_month": (_("this month"), _months(0, 0)),
    "last_month": (_("last month"), _months(-1, -1)),
    "next_month": (_("next month"), _months(1, 1)),
    "this_quarter": (_("this quarter"), _months(0, 0, 3)),
    "last_quarter": (_("last quarter"), _months(-1, -1, 3)),
    "next_quarter": (_("next quarter"), _months(1, 1, 3)),
    "this_year": (_("this year"), _months(0, 0, 12)),
    "last_year": (_("last year"), _months(-1, -1, 12)),
    "next_year": (_("next year"), _months(1, 1, 12)),
    "this_fiscal_year": (_("this fiscal year"), _fiscal(0)),
    "last_fiscal_year": (_("last fiscal year"), _fiscal(-1)),
    "this_fiscal_quarter": (_("this fiscal quarter"), _fiscal_quarter(0)),
    "last_fiscal_quarter": (_("last fiscal quarter"), _fiscal_quarter(-1)),
    "last_7_days": (_("the last 7 days"), _days(-6, 0)),
    "last_30_days": (_("the last 30 days"), _days(-29, 0)),
    "next_30_days": (_("the next 30 days"), _days(0, 29)),
    "past": (_("before today"), lambda today, locale: (FIRST, today - timedelta(days=1))),
    "future": (_("after today"), lambda today, locale: (today + timedelta(days=1), LAST)),
}

#: With a number: pattern, words, and bounds by that number.
_Maker = Callable[[int], Bounds]
COUNTED: dict[str, tuple[Any, _Maker]] = {
    "last_N_days": (_("the last {n} days"), lambda n: _days(1 - n, 0)),
    "next_N_days": (_("the next {n} days"), lambda n: _days(0, n - 1)),
    "N_days_ago": (_("{n} days ago"), lambda n: _days(-n, -n)),
    "in_N_days": (_("in {n} days"), lambda n: _days(n, n)),
    "before_N_days_ago": (_("more than {n} days ago"), lambda n: lambda t, _l: (FIRST, t - timedelta(days=n + 1))),
    "after_N_days": (_("more than {n} days from now"), lambda n: lambda t, _l: (t + timedelta(days=n + 1), LAST)),
    "last_N_weeks": (_("the {n} weeks before this one"), lambda n: _weeks(-n, -1)),
    "next_N_weeks": (_("the {n} weeks after this one"), lambda n: _weeks(1, n)),
    "last_N_months": (_("the {n} months before this one"), lambda n: _months(-n, -1)),
    "next_N_months": (_("the {n} months after this one"), lambda n: _months(1, n)),
    "N_months_ago": (_("the month {n} months ago"), lambda n: _months(-n, -n)),
    "last_N_quarters": (_("the {n} quarters before this one"), lambda n: _months(-n, -1, 3)),
    "last_N_years": (_("the {n} years before this one"), lambda n: _months(-n, -1, 12)),
}
_CALENDARS = {"jalali": _("{period} (Jalali)"), "gregorian": _("{period} (Gregorian)")}
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{1,4}(?![0-9A-Za-z])", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A period as an address names it, in words, and what it spans on a day."""

    name: str
    label: Any
    bounds: Bounds


def find_period(name: str) -> Period | None:
    """The period of that name, or None: "this_month", "last_45_days", "next_quarter:jalali"."""
    plain, _sep, calendar = name.partition(":")
    found = _plain_period(plain)
    if found is None or not _sep:
        return found
    if calendar not in _CALENDARS:
        return None
    label = format_lazy(_CALENDARS[calendar], period=found.label)
    inner = found.bounds
    return Period(name, label, lambda today, locale: inner(today, replace(locale, calendar=calendar)))  # type: ignore[arg-type] # one of _CALENDARS


def _plain_period(name: str) -> Period | None:
    if name in RELATIVE:
        label, bounds = RELATIVE[name]
        return Period(name, label, bounds)
    match = _NUMBER.search(name.replace("_", " "))
    if match is None or not 1 <= int(match[0]) <= MOST or match[0].startswith("0"):
        return None
    pattern = f"{name[: match.start()]}N{name[match.end() :]}"
    if pattern not in COUNTED:
        return None
    words, make = COUNTED[pattern]
    number = int(match[0])
    return Period(name, _Counted(words, number), make(number))


class _Counted:
    """Words with a number, whose digits are the reader's when it is read."""

    def __init__(self, words: "str | Promise", number: int) -> None:
        self.words, self.number = words, number

    def __str__(self) -> str:
        return str(self.words).replace("{n}", num(self.number))


def period_range(period: Period, locale: Locale | None = None) -> Range:
    """First and last day; beyond what a calendar knows, the end of time."""
    at = locale or get_locale()
    try:
        return period.bounds(local_date(timezone.now()), at)
    except (OverflowError, ValueError):
        return LAST, FIRST  # a range that nothing is in


def relative_range(period: str, *, moments: bool = False) -> tuple[Any, Any]:
    """First and last day of a period, or its first and last moment."""
    locale = get_locale()
    found = find_period(period)
    if found is None:
        raise LookupError(f"no period {period!r}")
    first, last = period_range(found, locale)
    if not moments:
        return first, last
    # Years that every time zone and the database's timestamps can hold.
    start = datetime.combine(min(max(first, date(1900, 1, 1)), date(9000, 1, 1)), time.min, locale.zone)
    return start, datetime.combine(min(max(last, date(1900, 1, 1)), date(9000, 1, 1)), time.max, locale.zone)


def end_of_day(moment: datetime) -> datetime:
    """The last moment of the reader's day that this moment falls in."""
    zone = get_locale().zone
    return datetime.combine(moment.astimezone(zone).date(), time.max, zone)
