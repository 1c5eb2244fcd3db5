"""What every calendar can answer. Days are `datetime.date`; a calendar is only a way to name them."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

Language = Literal["fa", "en"]
Pattern = Literal["short", "long", "month", "day_month", "numeric"]

# Monday first, as date.weekday() counts.
WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
WEEKDAYS_SHORT: dict[Language, tuple[str, ...]] = {
    "fa": ("د", "س", "چ", "پ", "ج", "ش", "ی"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


class YMD(NamedTuple):
    year: int
    month: int
    day: int


class Calendar:
    name: str
    first_year: int
    last_year: int
    months: dict[Language, tuple[str, ...]]
    months_short: dict[Language, tuple[str, ...]]

    def from_date(self, d: date) -> YMD:
        raise NotImplementedError

    def to_date(self, year: int, month: int, day: int) -> date:
        """ValueError for a day that does not exist."""
        raise NotImplementedError

    def is_leap(self, year: int) -> bool:
        raise NotImplementedError

    def month_length(self, year: int, month: int) -> int:
        raise NotImplementedError

    def month_name(self, month: int, language: Language, *, short: bool = False) -> str:
        return (self.months_short if short else self.months)[language][month - 1]

    def weekday_name(self, d: date, language: Language, *, short: bool = False) -> str:
        return (WEEKDAYS_SHORT if short else WEEKDAYS)[language][d.weekday()]

    def month_bounds(self, year: int, month: int) -> tuple[date, date]:
        return self.to_date(year, month, 1), self.to_date(year, month, self.month_length(year, month))

    def add_months(self, d: date, count: int) -> date:
        """The same day `count` months on, or the month's last day where it has fewer."""
        year, month, day = self.from_date(d)
        year, month0 = divmod(year * 12 + month - 1 + count, 12)
        return self.to_date(year, month0 + 1, min(day, self.month_length(year, month0 + 1)))

    def format(self, d: date, pattern: Pattern, language: Language) -> str:
        """Written with Latin digits; `kernel.formats` turns them."""
        year, month, day = self.from_date(d)
        name = self.month_name(month, language)
        if pattern == "numeric":
            return f"{year:04}/{month:02}/{day:02}" if language == "fa" else f"{year:04}-{month:02}-{day:02}"
        if pattern == "short":
            if language == "fa":
                return f"{year:04}/{month:02}/{day:02}"
            return f"{day} {self.month_name(month, language, short=True)} {year}"
        if pattern == "long":
            return f"{self.weekday_name(d, language)} {day} {name} {year}"
        if pattern == "month":
            return f"{name} {year}"
        return f"{day} {self.month_name(month, language, short=language == 'en')}"
