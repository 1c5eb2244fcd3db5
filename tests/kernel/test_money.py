from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import BadMoney, CurrencyMismatch, Money, display_unit, parse_money, words


def test_arithmetic_stays_in_one_currency() -> None:
    five, three = Money(Decimal(5), "EUR"), Money(Decimal(3), "EUR")
    assert five + three == Money(Decimal(8), "EUR")
    assert 2 * (five - three) == -Money(Decimal(-4), "EUR")
    assert three < five
    assert five >= three
    assert five
    with pytest.raises(CurrencyMismatch):
        five + Money(Decimal(1), "USD")
    with pytest.raises(CurrencyMismatch):
        assert five < Money(Decimal(1), "USD")


@pytest.mark.parametrize("amount", [1.5, 1, Decimal("NaN")])
def test_an_amount_is_a_finite_decimal(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]  # the refusal is under test


def test_rounding() -> None:
    assert Money(Decimal("2.345"), "EUR").rounded().amount == Decimal("2.35")
    assert Money(Decimal("2.5"), "IRR").rounded().amount == 3


@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.lists(st.integers(0, 50), min_size=1).filter(any),
    st.sampled_from(["EUR", "IRR"]),
)
def test_allocation_loses_nothing(amount: Decimal, weights: list[int], currency: str) -> None:
    money = Money(amount, currency)
    parts = money.allocate(weights)
    assert sum((part.amount for part in parts), Decimal(0)) == amount
    assert len(parts) == len(weights)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1250", "1250", "IRR"),
        ("۱٬۲۵۰٬۰۰۰ تومان", "12500000", "IRR"),
        ("۱۲۰۰ ریال", "1200", "IRR"),
        ("1200 ﷼", "1200", "IRR"),
        ("۱٫۲ میلیون تومان", "12000000", "IRR"),
        ("1.2 million rials", "1200000", "IRR"),
        ("5k", "5000", "IRR"),
        ("€ 12.50", "12.50", "EUR"),
        ("12,50 €", "12.50", "EUR"),
        ("USD 12", "12", "USD"),
        ("-$1,250.00", "-1250", "USD"),
        ("$-5", "-5", "USD"),
        ("(1,250) EUR", "-1250", "EUR"),
        ("۵ دلار", "5", "USD"),
        ("IRT 100", "1000", "IRR"),
        ("۱۰ دینار عراق", "10", "IQD"),
    ],
)
def test_parse(text: str, amount: str, currency: str) -> None:
    assert parse_money(text, "IRR") == Money(Decimal(amount), currency)


def test_a_bare_number_is_in_the_unit_on_the_page() -> None:
    assert parse_money("1250", "IRR", unit="toman").amount == 12500
    assert parse_money("1250 ریال", "IRR", unit="toman").amount == 1250
    assert parse_money("12.5", "EUR", unit="toman").amount == Decimal("12.5")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money_format"),
        ("تومان", "money_format"),
        ("5 foo", "money_currency"),
        ("€ 5 USD", "money_currency"),
        ("12.5 ریال", "money_places"),
        ("12.345 EUR", "money_places"),
        ("1,25,0", "number_grouping"),
        ("9" * 24, "number_too_long"),
        ("9" * 20 + " میلیارد", "number_too_long"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(BadMoney) as caught:
        parse_money(text, "IRR")
    assert caught.value.code == code


@given(st.text(), st.sampled_from(["IRR", "EUR", "XXX"]))
def test_any_text_is_read_or_refused(text: str, currency: str) -> None:
    with suppress(BadMoney):
        assert parse_money(text, currency).amount.is_finite()


def test_display_unit() -> None:
    assert display_unit(Decimal(12500), "IRR", "toman", "fa") == (Decimal(1250), "تومان")
    assert display_unit(Decimal(12500), "IRR", "rial", "en") == (Decimal(12500), "Rial")
    assert display_unit(Decimal(5), "EUR", "toman", "fa") == (Decimal(5), "یورو")


@pytest.mark.parametrize(
    ("n", "fa", "en"),
    [
        (0, "صفر", "zero"),
        (7, "هفت", "seven"),
        (15, "پانزده", "fifteen"),
        (42, "چهل و دو", "forty-two"),
        (100, "صد", "one hundred"),
        (1000, "هزار", "one thousand"),
        (1001, "هزار و یک", "one thousand and one"),
        (1_250_000, "یک میلیون و دویست و پنجاه هزار", "one million two hundred and fifty thousand"),
        (-21, "منفی بیست و یک", "minus twenty-one"),
        (2_000_000_305, "دو میلیارد و سیصد و پنج", "two billion three hundred and five"),
    ],
)
def test_words(n: int, fa: str, en: str) -> None:
    assert words(n, "fa") == fa
    assert words(n, "en") == en
