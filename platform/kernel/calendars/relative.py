"""Periods relative to today, in the reader's calendar, week and time zone: "this month" is Azar for one, November for
another."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.calendars.week import week_start
from kernel.formats import Locale, get_locale, local_date

Range = tuple[date, date]


def _days(first: int, last: int) -> Callable[[date, Locale], Range]:
    return lambda today, locale: (today + timedelta(days=first), today + timedelta(days=last))


def _week(offset: int) -> Callable[[date, Locale], Range]:
    def bounds(today: date, locale: Locale) -> Range:
        start = week_start(today, locale.first_weekday) + timedelta(weeks=offset)
        return start, start + timedelta(days=6)

    return bounds


def _month(offset: int) -> Callable[[date, Locale], Range]:
    def bounds(today: date, locale: Locale) -> Range:
        year, month, _day = locale.cal.from_date(today)
        first = locale.cal.add_months(locale.cal.to_date(year, month, 1), offset)
        there = locale.cal.from_date(first)
        return locale.cal.month_bounds(there.year, there.month)

    return bounds


def _year(today: date, locale: Locale) -> Range:
    year = locale.cal.from_date(today).year
    return locale.cal.to_date(year, 1, 1), locale.cal.to_date(year + 1, 1, 1) - timedelta(days=1)


RELATIVE: dict[str, tuple[Any, Callable[[date, Locale], Range]]] = {
    "today": (_("today"), _days(0, 0)),
    "yesterday": (_("yesterday"), _days(-1, -1)),
    "tomorrow": (_("tomorrow"), _days(1, 1)),
    "this_week": (_("this week"), _week(0)),
    "last_week": (_("last week"), _week(-1)),
    "next_week": (_("next week"), _week(1)),
    "this_month": (_("this month"), _month(0)),
    "last_month": (_("last month"), _month(-1)),
    "next_month": (_("next month"), _month(1)),
    "this_year": (_("this year"), _year),
    "last_7_days": (_("the last 7 days"), _days(-6, 0)),
    "last_30_days": (_("the last 30 days"), _days(-29, 0)),
    "next_30_days": (_("the next 30 days"), _days(0, 29)),
    "past": (_("before today"), lambda today, locale: (date(1, 1, 1), today - timedelta(days=1))),
}


def relative_range(period: str, *, moments: bool = False) -> tuple[Any, Any]:
    """First and last day of a period, or its first and last moment."""
    locale = get_locale()
    first, last = RELATIVE[period][1](local_date(timezone.now()), locale)
    if not moments:
        return first, last
    start = datetime.combine(max(first, date(1900, 1, 1)), time.min, locale.zone)
    return start, datetime.combine(last, time.max, locale.zone)


def end_of_day(moment: datetime) -> datetime:
    """The last moment of the reader's day that this moment falls in."""
    zone = get_locale().zone
    return datetime.combine(moment.astimezone(zone).date(), time.max, zone)
