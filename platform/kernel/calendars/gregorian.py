"""The Gregorian calendar."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date

from kernel.calendars.base import YMD, Calendar


class Gregorian(Calendar):
    name = "gregorian"
    first_year = 1600
    last_year = 2999
    months = {
        "fa": ("ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن",
               "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"),
        "en": ("January", "February", "March", "April", "May", "June",
               "July", "August", "September", "October", "November", "December"),
    }  # fmt: skip
    months_short = {"fa": months["fa"], "en": tuple(name[:3] for name in months["en"])}

    def from_date(self, d: date) -> YMD:
        return YMD(d.year, d.month, d.day)

    def to_date(self, year: int, month: int, day: int) -> date:
        return date(year, month, day)

    def is_leap(self, year: int) -> bool:
        return isleap(year)

    def month_length(self, year: int, month: int) -> int:
        return monthrange(year, month)[1]


gregorian = Gregorian()
