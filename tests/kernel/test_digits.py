from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text.digits import BadNumber, parse_decimal, to_latin, to_persian


def test_digits() -> None:
    assert to_latin("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩") == "0123456789" * 2
    assert to_persian("0٩ a") == "۰۹ a"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1250", "1250"), ("۱۲۵۰", "1250"), ("١٢٥٠", "1250"), ("۱٬۲۵۰٬۰۰۰", "1250000"), ("۱۲٫۵", "12.5"),
     ("1,250", "1250"), ("1.250", "1.250"), ("12,5", "12.5"), ("0,250", "0.250"), ("1,250.5", "1250.5"),
     ("1.250,5", "1250.5"), ("1.250.000", "1250000"), ("1 250 000", "1250000"), ("1\u00a0250,5", "1250.5"),
     ("1'250", "1250"), ("۱،۲۵۰", "1250"), ("\u200e\u2212۵", "-5"), ("-5", "-5"), ("+5", "5"), ("(5)", "-5"),
     (".5", "0.5"), ("1e5", "100000"), ("1.2E-3", "0.0012"), ("-0", "0")],
)  # fmt: skip
def test_parse(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


def test_decimal_mark_settles_it() -> None:
    assert parse_decimal("1.250", decimal_mark=",") == 1250
    assert parse_decimal("1,250", decimal_mark=",") == Decimal("1.250")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "number_empty"), (" \u200f ", "number_empty"), ("abc", "number_format"), ("-", "number_format"),
     ("nan", "number_format"), ("1_000", "number_format"), ("--5", "number_format"), ("1,25,000", "number_grouping"),
     ("1,2,3", "number_grouping"), ("٬", "number_grouping"), ("9" * 26, "number_too_long"),
     ("1e99", "number_too_long"), ("9" * 1000, "number_too_long"), ("1e-99", "number_too_long"),
     ("²", "number_format")],
)  # fmt: skip
def test_refused(text: str, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        parse_decimal(text)
    assert caught.value.code == code


@given(st.text(st.sampled_from("0123456789۱۲٬٫,.-+()e \u2212\u200e'x")))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadNumber):
        assert parse_decimal(text).is_finite()
