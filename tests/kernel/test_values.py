import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kernel.context import Tenant, tenant_context
from kernel.formats import Locale, use_locale
from kernel.values import KINDS, BadValue, parse_value

CHOICES = [("new", "New"), ("won", "موفق"), ("ki", "كيفيت برتر"), ("gtx", "GTX Pro")]
AN_ID = uuid.UUID("0199c2d4-7b1e-7c3a-9f00-5a1b2c3d4e5f")


@pytest.mark.parametrize(
    ("kind", "raw", "options", "value"),
    [
        ("text", "  علی\tرضا\x07 ", {}, "علی رضا"),
        ("text", "a\r\nb", {}, "a b"),
        ("longtext", "a\r\nb\x00"[:-1], {}, "a\nb"),
        ("text", 12.0, {}, "12"),
        ("integer", "۱٬۲۵۰", {}, 1250),
        ("integer", 12.0, {}, 12),
        ("decimal", "12.50", {"decimal_places": 2}, Decimal("12.50")),
        ("decimal", 0.1 + 0.2, {"decimal_places": 2}, Decimal("0.30")),
        ("percent", "۱۲٪", {}, Decimal(12)),
        ("percent", "12.5 %", {}, Decimal("12.5")),
        ("money", "۱٬۲۵۰ تومان", {"currency": "IRR"}, Decimal(12500)),
        ("money", "1250", {"currency": "IRR", "unit": "toman"}, Decimal(12500)),
        ("money", 1250.5, {"currency": "EUR"}, Decimal("1250.50")),
        ("money", "1,250.5", {"decimal_places": 2}, Decimal("1250.50")),
        ("money", "1.2 میلیون", {}, Decimal(1200000)),
        ("date", "۱۴۰۵/۰۹/۰۲", {}, date(2026, 11, 23)),
        ("date", "11/10/2026", {"date_order": "MDY"}, date(2026, 11, 10)),
        ("date", datetime(2026, 11, 23, 0, 0), {}, date(2026, 11, 23)),
        ("datetime", "2026-11-23 14:30", {"time_zone": "Asia/Tehran"}, datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        ("datetime", datetime(2026, 11, 23, 14, 30), {"time_zone": "UTC"}, datetime(2026, 11, 23, 14, 30, tzinfo=UTC)),
        ("bool", "بله", {}, True),
        ("bool", "✓", {}, True),
        ("bool", "خیر", {}, False),
        ("bool", "غیر فعال", {}, False),
        ("bool", 0, {}, False),
        ("choice", "new", {"choices": CHOICES}, "new"),
        ("choice", "کیفیت‌برتر", {"choices": CHOICES}, "ki"),
        ("choice", "gtxpro", {"choices": CHOICES}, "gtx"),
        ("email", " Sara@Example.COM", {}, "sara@example.com"),
        ("phone", "۰۹۱۲ ۰۰۰ ۰۰۱۲", {}, "+989120000012"),
        ("phone", "88000012 داخلی ۱۲", {"area": "021"}, "+982188000012;ext=12"),
        ("phone", "+44 20 7946 0018", {}, "+442079460018"),
        ("phone", "(650) 253-0000", {"region": "US"}, "+16502530000"),
        ("url", "Example.com/A?b=C", {}, "https://example.com/A?b=C"),
        ("national_id", "۰۰۱۲۳۴۵۶۷۹", {}, "0012345679"),
        ("national_id", 12345679, {}, "0012345679"),
        ("legal_id", "14000000018", {}, "14000000018"),
        ("iban", "IR76 0170 0000 0000 0000 0000 01", {}, "IR760170000000000000000001"),
        ("postal_code", "13997-53191", {}, "1399753191"),
        ("uuid", str(AN_ID), {}, AN_ID),
        ("uuid", AN_ID, {}, AN_ID),
    ],
)
def test_read(kind: str, raw: object, options: dict[str, object], value: object) -> None:
    read = parse_value(kind, raw, options=options)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "raw", "options", "code"),
    [
        ("text", "a\0b", {}, "characters"),
        ("text", "\ud800", {}, "characters"),
        ("text", ["a"], {}, "type"),
        ("text", "abcd", {"max_length": 3}, "max_length"),
        ("email", "a@example.com", {"max_length": 3}, "max_length"),
        ("integer", "1.5", {}, "integer"),
        ("integer", 2**70, {}, "max_value"),
        ("integer", "-1", {"min_value": 0}, "min_value"),
        ("decimal", "12.345", {"decimal_places": 2}, "decimal_places"),
        ("decimal", True, {}, "number_format"),
        ("decimal", float("nan"), {}, "number_format"),
        ("decimal", 1e300, {}, "number_too_long"),
        ("text", 10**400, {}, "number_too_long"),
        ("money", "12 EUR", {"currency": "IRR"}, "currency_other"),
        ("money", "12 EUR", {}, "currency_other"),
        ("money", "12.5", {"currency": "IRR"}, "money_places"),
        ("money", "12.345", {"decimal_places": 2}, "decimal_places"),
        ("date", "11/10/2026", {}, "date_ambiguous"),
        ("bool", "maybe", {}, "bool"),
        ("choice", "lost", {"choices": CHOICES}, "choice"),
        ("choice", "؟", {"choices": CHOICES}, "choice"),
        ("email", "x", {}, "email"),
        ("phone", "123", {}, "phone_format"),
        ("url", "javascript:alert(1)", {}, "url"),
        ("url", "ftp://example.com", {}, "url"),
        ("uuid", "x", {}, "uuid"),
    ],
)
def test_refused(kind: str, raw: object, options: dict[str, object], code: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse_value(kind, raw, options=options)
    assert caught.value.code == code
    assert str(caught.value)


def test_nothing_is_none() -> None:
    for kind in KINDS:
        assert parse_value(kind, None, options={}) is None
        assert parse_value(kind, " \t", options={}) is None


def test_unknown_kind_is_our_mistake() -> None:
    with pytest.raises(LookupError):
        parse_value("colour", "red", options={})


def test_sentence_counts_in_the_readers_digits() -> None:
    with pytest.raises(BadValue) as caught:
        parse_value("text", "abcd", options={"max_length": 3})
    with use_locale(Locale.default("fa")), translation.override(None):
        assert "۳" in str(caught.value)
    with use_locale(Locale.default("en")), translation.override(None):
        assert "3" in str(caught.value)


ANYTHING = st.one_of(
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.none(),
    st.uuids(),
)


@given(
    st.sampled_from(sorted(KINDS)),
    ANYTHING,
    st.sampled_from([{}, {"decimal_places": 2, "choices": CHOICES, "currency": "USD"}]),
)
def test_anything_is_read_or_refused(kind: str, raw: object, options: dict[str, object]) -> None:
    said = "read"
    try:
        with tenant_context(Tenant(schema="t_nobody")):  # a file belongs to a workspace
            parse_value(kind, raw, options=options)
    except BadValue as error:
        said = str(error)
    assert said
