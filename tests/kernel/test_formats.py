from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kernel import formats as f
from kernel.formats import Locale, get_locale, use_locale
from kernel.text.digits import parse_decimal

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
LRM, MINUS = "\u200e", "\u2212"
FA, EN = Locale.default("fa"), Locale.default("en")


@pytest.mark.parametrize(
    ("show", "fa", "en"),
    [
        (lambda: f.num(None), "", ""),
        (lambda: f.num(1250000), "۱٬۲۵۰٬۰۰۰", "1,250,000"),
        (lambda: f.num(Decimal("-1234.50")), f"{LRM}{MINUS}۱٬۲۳۴٫۵", f"{MINUS}1,234.5"),
        (lambda: f.num(2.345, 2), "۲٫۳۵", "2.35"),
        (lambda: f.num(-0.001, 2), "۰٫۰۰", "0.00"),
        (lambda: f.compact(1_234_567), "۱٫۲ میلیون", "1.2 M"),
        (lambda: f.compact(999), "۹۹۹", "999"),
        (lambda: f.compact(999_960), "۱ میلیون", "1 M"),
        (lambda: f.compact(123_456), "۱۲۳ هزار", "123 K"),
        (lambda: f.compact(-1500), f"{LRM}{MINUS}۱٫۵ هزار", f"{MINUS}1.5 K"),
        (lambda: f.pct(12), "۱۲٪", "12%"),
        (lambda: f.pct(Decimal("12.345"), 1), "۱۲٫۳٪", "12.3%"),
        (lambda: f.money(12_500_000, "IRR"), "۱٬۲۵۰٬۰۰۰ تومان", "12,500,000 Rial"),
        (lambda: f.money(12_505, "IRR"), "۱٬۲۵۰٫۵ تومان", "12,505 Rial"),
        (lambda: f.money(Decimal("-1250"), "EUR"), f"{LRM}{MINUS}۱٬۲۵۰٫۰۰ یورو", f"{MINUS}€1,250.00"),
        (lambda: f.money(5, "AED"), "۵٫۰۰ درهم", "5.00 AED"),
        (lambda: f.money(5, "USD", unit=False), "۵٫۰۰", "5.00"),
        (lambda: f.money_compact(12_000_000, "IRR"), "۱٫۲ میلیون تومان", "12 M Rial"),
        (lambda: f.money_unit("IRR"), "تومان", "Rial"),
        (lambda: f.filesize(1_300_000), "۱٫۲ مگابایت", "1.2 MB"),
        (lambda: f.phone("+989120000012"), "۰۹۱۲ ۰۰۰ ۰۰۱۲", "0912 000 0012"),
        (lambda: f.date_short(NOW), "۱۴۰۵/۰۹/۰۲", "23 Nov 2026"),
        (lambda: f.date_long(NOW), "دوشنبه ۲ آذر ۱۴۰۵", "Monday 23 November 2026"),
        (lambda: f.date_month(NOW), "آذر ۱۴۰۵", "November 2026"),
        (lambda: f.date_range(date(2026, 11, 23), date(2026, 11, 30)), "۲ تا ۹ آذر", "23 – 30 Nov"),
        (lambda: f.date_short(date(1850, 1, 1)), "۱۸۵۰/۰۱/۰۱", "1 Jan 1850"),
        (lambda: f.datetime_(NOW, NOW), "۲ آذر، ساعت ۱۴:۳۰", "23 Nov, 11:00"),
        (lambda: f.datetime_(NOW, NOW + timedelta(days=400)), "۲ آذر ۱۴۰۵، ساعت ۱۴:۳۰", "23 Nov 2026, 11:00"),
        (lambda: f.time_(NOW), "۱۴:۳۰", "11:00"),
        (lambda: f.ago(NOW - timedelta(seconds=5), NOW), "هم‌اکنون", "just now"),
        (lambda: f.ago(NOW - timedelta(minutes=1), NOW), "۱ دقیقه پیش", "1 minute ago"),
        (lambda: f.ago(NOW - timedelta(hours=5), NOW), "۵ ساعت پیش", "5 hours ago"),
        (lambda: f.ago(NOW - timedelta(days=7), NOW), "۷ روز پیش", "7 days ago"),
        (lambda: f.ago(NOW + timedelta(days=3), NOW), "۳ روز دیگر", "in 3 days"),
        (lambda: f.ago(NOW - timedelta(days=20), NOW), "۱۴۰۵/۰۸/۱۲", "3 Nov 2026"),
    ],
)
def test_both_languages(show: Callable[[], str], fa: str, en: str) -> None:
    with use_locale(FA):
        assert show() == fa
    with use_locale(EN):
        assert show() == en


def test_locale_of_the_context_else_of_the_language() -> None:
    with translation.override("fa"):
        assert get_locale() == FA
        with use_locale(EN):
            assert get_locale() is EN
        assert get_locale() == FA
    with translation.override(None):
        assert get_locale() == EN


def test_a_moment_belongs_to_the_readers_day() -> None:
    late = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    with use_locale(FA):
        assert f.date_short(late) == "۱۴۰۵/۰۹/۰۳"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3))
def test_numbers_shown_can_be_read(value: Decimal) -> None:
    for locale, mark in ((FA, None), (EN, ".")):
        with use_locale(locale):
            assert parse_decimal(f.num(value), decimal_mark=mark) == value
