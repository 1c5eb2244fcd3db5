"""Fiscal years and quarters: twelve months of a calendar from a chosen first month, named by the year they begin in."""

from __future__ import annotations

from datetime import date, timedelta

from kernel.calendars.base import Calendar


def fiscal_year(d: date, calendar: Calendar, first_month: int = 1) -> int:
    year, month, _ = calendar.from_date(d)
    return year if month >= first_month else year - 1


def fiscal_quarter(d: date, calendar: Calendar, first_month: int = 1) -> int:
    return (calendar.from_date(d).month - first_month) % 12 // 3 + 1


def fiscal_year_bounds(year: int, calendar: Calendar, first_month: int = 1) -> tuple[date, date]:
    """First and last day."""
    return calendar.to_date(year, first_month, 1), calendar.to_date(year + 1, first_month, 1) - timedelta(days=1)


def fiscal_quarter_bounds(year: int, quarter: int, calendar: Calendar, first_month: int = 1) -> tuple[date, date]:
    start = calendar.to_date(year, first_month, 1)
    first = calendar.add_months(start, 3 * (quarter - 1))
    return first, calendar.add_months(first, 3) - timedelta(days=1)
