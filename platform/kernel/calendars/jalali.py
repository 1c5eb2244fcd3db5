"""The Jalali (Solar Hijri) calendar by the 33-year rule.

The rule agrees with the astronomical calendar for 1178–1501 and is refused outside 1300–1500. Formulas with a
2820-year cycle make 1404 leap instead of 1403 and must not be used.
"""

from __future__ import annotations

from datetime import date

from kernel.calendars.base import YMD, Calendar

_NOWRUZ_1405 = date(2026, 3, 21).toordinal()


def _days_before(year: int) -> int:
    """Days of all years before this one, counted from an arbitrary start; leap years are `(25y + 11) mod 33 < 8`."""
    return 365 * (year - 1) + (8 * (year - 1) + 29) // 33


_OFFSET = _NOWRUZ_1405 - _days_before(1405)


class Jalali(Calendar):
    name = "jalali"
    first_year = 1300
    last_year = 1500
    months = {
        "fa": ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
               "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
        "en": ("Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
               "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"),
    }  # fmt: skip
    months_short = months

    def _check(self, year: int) -> None:
        if not self.first_year <= year <= self.last_year:
            raise ValueError(f"Jalali year {year} is outside {self.first_year}–{self.last_year}")

    def from_date(self, d: date) -> YMD:
        days = d.toordinal() - _OFFSET
        year = days // 366 + 1
        while _days_before(year + 1) <= days:
            year += 1
        self._check(year)
        day_of_year = days - _days_before(year)
        if day_of_year < 186:
            return YMD(year, day_of_year // 31 + 1, day_of_year % 31 + 1)
        month, day = divmod(day_of_year - 186, 30)
        return YMD(year, month + 7, day + 1)

    def to_date(self, year: int, month: int, day: int) -> date:
        if not 1 <= month <= 12 or not 1 <= day <= self.month_length(year, month):
            raise ValueError(f"{year}/{month}/{day} is not a day of the Jalali calendar")
        months_before = month - 1
        return date.fromordinal(_OFFSET + _days_before(year) + 30 * months_before + min(months_before, 6) + day - 1)

    def is_leap(self, year: int) -> bool:
        self._check(year)
        return (25 * year + 11) % 33 < 8

    def month_length(self, year: int, month: int) -> int:
        self._check(year)
        return 31 if month <= 6 else 30 if month <= 11 or self.is_leap(year) else 29


jalali = Jalali()
