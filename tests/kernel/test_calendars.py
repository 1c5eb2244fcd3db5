from datetime import date

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendars import Calendar, gregorian, jalali
from kernel.calendars.fiscal import fiscal_quarter, fiscal_quarter_bounds, fiscal_year, fiscal_year_bounds
from kernel.calendars.week import FRIDAY, SATURDAY, is_weekend, week_start, weekday_order

LEAP = (1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441)
JALALI_DAYS = st.dates(jalali.to_date(1300, 1, 1), jalali.to_date(1500, 12, jalali.month_length(1500, 12)))


def test_leap_years() -> None:
    assert tuple(y for y in range(1375, 1442) if jalali.is_leap(y)) == LEAP


def test_known_days() -> None:
    assert jalali.to_date(1405, 1, 1) == date(2026, 3, 21)
    assert jalali.to_date(1403, 12, 30) == date(2025, 3, 20)
    with pytest.raises(ValueError, match="not a day"):
        jalali.to_date(1404, 12, 30)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1299, 1, 1), (1501, 1, 1), (1405, 0, 1), (1405, 13, 1), (1405, 7, 31), (1405, 1, 0)]
)
def test_days_that_do_not_exist(year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        jalali.to_date(year, month, day)


def test_every_new_year_agrees_with_jdatetime() -> None:
    for year in range(1300, 1501):
        assert jalali.to_date(year, 1, 1) == jdatetime.date(year, 1, 1).togregorian()


@given(JALALI_DAYS)
def test_every_day_agrees_with_jdatetime_and_returns(day: date) -> None:
    ymd = jalali.from_date(day)
    other = jdatetime.date.fromgregorian(date=day)
    assert ymd == (other.year, other.month, other.day)
    assert jalali.to_date(*ymd) == day


@given(st.sampled_from([jalali, gregorian]), st.dates(date(1950, 1, 1), date(2080, 1, 1)), st.integers(-300, 300))
def test_adding_months_keeps_the_day_where_it_can(calendar: Calendar, day: date, count: int) -> None:
    before, after = calendar.from_date(day), calendar.from_date(calendar.add_months(day, count))
    assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == count
    assert after.day == min(before.day, calendar.month_length(after.year, after.month))


def test_formats() -> None:
    day = date(2026, 11, 23)
    assert jalali.format(day, "short", "fa") == "1405/09/02"
    assert jalali.format(day, "long", "fa") == "دوشنبه 2 آذر 1405"
    assert jalali.format(day, "long", "en") == "Monday 2 Azar 1405"
    assert jalali.format(day, "month", "fa") == "آذر 1405"
    assert gregorian.format(day, "short", "en") == "23 Nov 2026"
    assert gregorian.format(day, "long", "fa") == "دوشنبه 23 نوامبر 2026"
    assert gregorian.format(day, "day_month", "en") == "23 Nov"
    assert gregorian.month_name(5, "en", short=True) == "May"


@given(JALALI_DAYS.filter(lambda d: 1302 < jalali.from_date(d).year < 1499), st.integers(1, 12))
def test_fiscal_bounds_hold_the_day(day: date, first_month: int) -> None:
    year, quarter = fiscal_year(day, jalali, first_month), fiscal_quarter(day, jalali, first_month)
    first, last = fiscal_year_bounds(year, jalali, first_month)
    q_first, q_last = fiscal_quarter_bounds(year, quarter, jalali, first_month)
    assert first <= q_first <= day <= q_last <= last
    assert last - first in (date(2025, 3, 20) - date(2024, 3, 20), date(2026, 3, 20) - date(2025, 3, 21))


def test_fiscal_year_from_mehr() -> None:
    assert fiscal_year(jalali.to_date(1405, 6, 31), jalali, 7) == 1404
    assert fiscal_year(jalali.to_date(1405, 7, 1), jalali, 7) == 1405
    assert fiscal_quarter(jalali.to_date(1405, 6, 31), jalali, 7) == 4


def test_week() -> None:
    monday = date(2026, 11, 23)
    assert week_start(monday, SATURDAY) == date(2026, 11, 21)
    assert weekday_order(SATURDAY) == (5, 6, 0, 1, 2, 3, 4)
    assert is_weekend(date(2026, 11, 27), frozenset({FRIDAY}))
