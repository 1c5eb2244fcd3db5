"""Reading dates as people and spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Literal

from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.calendars.base import WEEKDAYS, WEEKDAYS_SHORT, Calendar
from kernel.calendars.gregorian import gregorian
from kernel.calendars.jalali import jalali
from kernel.text.folding import fold, match_key

DateOrder = Literal["YMD", "DMY", "MDY"]

_PARTS = re.compile(r"(\d{1,4})\s*([/\-. ])\s*(\d{1,2})\s*\2\s*(\d{1,4})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_TIME_TAIL = re.compile(r"[t ,،]+0{1,2}:00(:00(\.0+)?)?( am)?z?$", re.ASCII)
_FILLER = {"of", "th", "st", "nd", "rd", "the", "ماه", "سال"}
# Other spellings people use, by match key.
_ALIASES = {"امرداد": (jalali, 5), "می": (gregorian, 5), "جون": (gregorian, 6), "جولای": (gregorian, 7),
            "ژوییه": (gregorian, 7), "اگوست": (gregorian, 8), "اکتوبر": (gregorian, 10), "sept": (gregorian, 9),
            "dei": (jalali, 10)}  # fmt: skip


class BadDate(BadValue):
    """Codes: date_format, date_ambiguous, date_missing_day (no such day), date_range, date_short_year."""


@cache
def _month_words() -> dict[str, tuple[Calendar, int]]:
    words: dict[str, tuple[Calendar, int]] = dict(_ALIASES)
    for calendar in (gregorian, jalali):
        for names in (*calendar.months.values(), *calendar.months_short.values()):
            words |= {match_key(name): (calendar, number) for number, name in enumerate(names, 1)}
    return words


@cache
def _weekday_words() -> frozenset[str]:
    names = [*WEEKDAYS["fa"], *WEEKDAYS["en"], *WEEKDAYS_SHORT["en"], "پنج‌شنبه", "یک‌شنبه"]
    return frozenset(part for name in names for part in (match_key(name), *fold(name).split()))


def parse_date(text: str, *, hint: DateOrder | None = None) -> date:
    """Read a date, Jalali when the year is 1300–1500, else Gregorian.

    A four-digit year may come first or last. Year last and both other numbers up to 12 is ambiguous
    (BadDate "date_ambiguous") unless `hint` tells the order; Jalali dates are then taken as day/month/year.
    A midnight behind the date is ignored, any other time is not a date.
    """
    s = _TIME_TAIL.sub("", fold(text)).strip()
    if match := _COMPACT.fullmatch(s):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _PARTS.fullmatch(s):
        return _from_numbers(match[1], match[3], match[4], hint)
    return _from_words(s)


def _from_numbers(first: str, second: str, third: str, hint: DateOrder | None) -> date:
    if len(first) == 4 and len(third) <= 2:
        return _day(int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        raise BadDate("date_short_year", _("Write the year with four digits, for example 2026-11-23 or 1405/09/02."))
    year, a, b = int(third), int(first), int(second)
    if hint == "MDY":
        return _day(year, a, b)
    if hint == "DMY" or a > 12 or a == b or _is_jalali(year):
        return _day(year, b, a)
    if b > 12:
        return _day(year, a, b)
    raise BadDate(
        "date_ambiguous",
        _("Day and month cannot be told apart. Choose the order of the date, or write it as 2026-11-23."),
    )


def _from_words(s: str) -> date:
    month: tuple[Calendar, int] | None = None
    numbers: list[str] = []
    for token in re.findall(r"\d+|[^\W\d_]+", s):
        if token.isdigit():
            numbers.append(token)
        elif token in _month_words() and month is None:
            month = _month_words()[token]
        elif token not in _weekday_words() and token not in _FILLER:
            raise _not_a_date()
    years = [n for n in numbers if len(n) == 4]
    days = [n for n in numbers if len(n) <= 2]
    if month is None or len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        raise _not_a_date()
    calendar, number = month
    if _is_jalali(int(years[0])) != (calendar is jalali):
        raise _not_a_date()
    return _day(int(years[0]), number, int(days[0]))


def _is_jalali(year: int) -> bool:
    return jalali.first_year <= year <= jalali.last_year


def _day(year: int, month: int, day: int) -> date:
    calendar: Calendar = jalali if _is_jalali(year) else gregorian
    if not calendar.first_year <= year <= calendar.last_year:
        raise BadDate("date_range", _("The year is out of range. Write 1300 to 1500 or 1600 to 2999."))
    try:
        return calendar.to_date(year, month, day)
    except ValueError:
        raise BadDate(
            "date_missing_day", _("There is no such day in the calendar. Check day and month, for example 2026-11-23.")
        ) from None


def _not_a_date() -> BadDate:
    return BadDate("date_format", _("This is not a date. Write it for example as 2026-11-23 or 1405/09/02."))


def detect_date_order(samples: Iterable[str]) -> DateOrder | None:
    """The order of a column, or None when the samples do not tell or contradict each other.

    One telling sample is enough: 10/20/2016 can only be MDY. Year-first dates fit every order,
    so "YMD" means that nothing else was seen.
    """
    found: set[DateOrder] = set()
    open_question = False
    for sample in samples:
        match = _PARTS.fullmatch(_TIME_TAIL.sub("", fold(sample)).strip())
        if match is None:
            continue
        if len(match[1]) == 4:
            found.add("YMD")
        elif len(match[4]) == 4:
            a, b = int(match[1]), int(match[3])
            if a > 12 >= b:
                found.add("DMY")
            elif b > 12 >= a:
                found.add("MDY")
            else:
                open_question = True
    if len(found) > 1:
        found.discard("YMD")
    elif found == {"YMD"} and open_question:
        return None
    return found.pop() if len(found) == 1 else None
