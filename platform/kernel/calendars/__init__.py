"""Calendars: Jalali and Gregorian behind one interface, parsing of written dates, fiscal years, weeks."""

from kernel.calendars.base import YMD, Calendar, Language, Pattern
from kernel.calendars.gregorian import gregorian
from kernel.calendars.jalali import jalali

CALENDARS: dict[str, Calendar] = {"jalali": jalali, "gregorian": gregorian}

__all__ = ["CALENDARS", "YMD", "Calendar", "Language", "Pattern", "gregorian", "jalali"]
