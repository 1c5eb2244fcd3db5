from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.badvalue import BadValue
from kernel.calendars import gregorian, jalali
from kernel.calendars.moments import parse_datetime
from kernel.calendars.parsing import BadDate, DateOrder, detect_date_order, parse_date
from kernel.text.digits import to_persian

THE_DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026/11/23",
        "20261123",
        "23/11/2026",
        "11/23/2026",
        "23.11.2026",
        "۱۴۰۵/۰۹/۰۲",
        "١٤٠٥/٩/٢",
        "1405-9-2",
        "14050902",
        "02/09/1405",
        "دوشنبه ۲ آذر ۱۴۰۵",
        "۲ آذر ماه ۱۴۰۵",
        "2 Azar 1405",
        "23 Nov 2026",
        "Nov 23, 2026",
        "Monday, 23rd of November 2026",
        "۲۳ نوامبر ۲۰۲۶",
        "2026-11-23 00:00:00",
        "2026-11-23T00:00:00Z",
        " \u200f۱۴۰۵/۰۹/۰۲\u200f ",
    ],
)
def test_one_day_in_many_writings(text: str) -> None:
    assert parse_date(text) == THE_DAY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("11/10/2026", "date_ambiguous"),
        ("98/05/12", "date_short_year"),
        ("1404/12/30", "date_missing_day"),
        ("2026-02-29", "date_missing_day"),
        ("0001-01-01", "date_range"),
        ("1550/01/01", "date_range"),
        ("yesterday", "date_format"),
        ("", "date_format"),
        ("2 Azar 2026", "date_format"),
        ("2026-11-23T14:00", "date_format"),
        ("2026-11/23", "date_format"),
        ("Nov 2026", "date_format"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(BadDate) as caught:
        parse_date(text)
    assert caught.value.code == code


def test_the_hint_settles_the_order() -> None:
    assert parse_date("11/10/2026", hint="DMY") == date(2026, 10, 11)
    assert parse_date("11/10/2026", hint="MDY") == date(2026, 11, 10)
    with pytest.raises(BadDate):
        parse_date("20/10/2026", hint="MDY")


@given(
    st.dates(date(1925, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["short", "long", "numeric"]),
    st.sampled_from(["fa", "en"]),
)
def test_what_is_shown_can_be_read(day: date, pattern: str, language: str) -> None:
    for calendar in (jalali, gregorian):
        assert parse_date(to_persian(calendar.format(day, pattern, language))) == day  # type: ignore[arg-type]  # sampled from the literals


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadDate):
        assert isinstance(parse_date(text), date)
    with suppress(BadValue):
        assert parse_datetime(text, zone="Asia/Tehran").tzinfo is UTC


@pytest.mark.parametrize(
    ("samples", "order"),
    [
        (["10/20/2016"], "MDY"),
        (["01/02/2016", "20/10/2016"], "DMY"),
        (["20/10/2016", "10/20/2016"], None),
        (["01/02/2016"], None),
        (["2016-01-02"], "YMD"),
        (["2016-01-02", "10/20/2016"], "MDY"),
        ([], None),
        (["2016-01-02", "01/02/2016"], None),
        (["", "n/a", "۱۴۰۵/۰۹/۰۲"], "YMD"),
    ],
)
def test_detect_date_order(samples: list[str], order: DateOrder | None) -> None:
    assert detect_date_order(samples) == order


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2026-11-23T14:30:00Z", 14, 30),
        ("2026-11-23 14:30", 11, 0),
        ("۱۴۰۵/۰۹/۰۲، ساعت ۱۴:۳۰", 11, 0),
        ("11/23/2026 2:30 PM", 11, 0),
        ("۱۴۰۵/۰۹/۰۲ ۲:۳۰ ب.ظ", 11, 0),
        ("2026-11-23T14:30:00.5+03:30", 11, 0),
    ],
)
def test_moments(text: str, hour: int, minute: int) -> None:
    moment = parse_datetime(text, zone="Asia/Tehran").replace(second=0, microsecond=0)
    assert moment == datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


def test_tehran_had_summer_time_until_1401() -> None:
    assert parse_datetime("1401/05/01 10:00", zone="Asia/Tehran").hour == 5
    assert parse_datetime("1402/05/01 10:00", zone="Asia/Tehran").hour == 6


@pytest.mark.parametrize("text", ["2026-11-23 24:00", "2026-11-23 13:00 pm", "2026-11-23 10:00+99:99"])
def test_no_such_time(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_datetime(text, zone="UTC")
    assert caught.value.code == "time_format"
