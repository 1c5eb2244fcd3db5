from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import checks_ir as ir
from kernel.badvalue import BadValue
from kernel.phones import display_phone, normalise_phone

Normalise = Callable[[str], str]


@pytest.mark.parametrize(
    ("normalise", "text", "stored"),
    [
        (ir.normalise_national_id, "0012345679", "0012345679"),
        (ir.normalise_national_id, "9900000031", "9900000031"),
        (ir.normalise_national_id, "9900000080", "9900000080"),
        (ir.normalise_national_id, "۱۲۳۴۵۶۷۹", "0012345679"),
        (ir.normalise_national_id, "001-234567-9", "0012345679"),
        (ir.normalise_legal_id, "10000000005", "10000000005"),
        (ir.normalise_legal_id, "14000000018", "14000000018"),
        (ir.normalise_legal_id, "99990000020", "99990000020"),
        (ir.normalise_iban, "IR760170000000000000000001", "IR760170000000000000000001"),
        (ir.normalise_iban, "ir37 0120 0000 0000 0000 0000 12", "IR370120000000000000000012"),
        (ir.normalise_iban, "۷۶۰۱۷۰۰۰۰۰۰۰۰۰۰۰۰۰۰۰۰۰۰۱", "IR760170000000000000000001"),
        (ir.normalise_card, "6037-9900-0000-0006", "6037990000000006"),
        (ir.normalise_card, "6219860000000027", "6219860000000027"),
        (ir.normalise_mobile, "09120000012", "+989120000012"),
        (ir.normalise_mobile, "9120000012", "+989120000012"),
        (ir.normalise_mobile, "989120000012", "+989120000012"),
        (ir.normalise_mobile, "00989120000012", "+989120000012"),
        (ir.normalise_mobile, "+۹۸ ۹۱۲ ۰۰۰ ۰۰۱۲", "+989120000012"),
        (ir.normalise_landline, "02188000012", "+982188000012"),
        (ir.normalise_landline, "2188000012", "+982188000012"),
        (ir.normalise_postal_code, "1399753191", "1399753191"),
    ],
)
def test_stored_form(normalise: Normalise, text: str, stored: str) -> None:
    assert normalise(text) == stored


@pytest.mark.parametrize(
    ("normalise", "text", "code"),
    [
        (ir.normalise_national_id, "0012345678", "national_id_check"),
        (ir.normalise_national_id, "1111111111", "national_id_check"),
        (ir.normalise_national_id, "1234567", "national_id_length"),
        (ir.normalise_legal_id, "14000000017", "legal_id_check"),
        (ir.normalise_legal_id, "1400000001", "legal_id_length"),
        (ir.normalise_iban, "IR760170000000000000000002", "iban_check"),
        (ir.normalise_iban, "IR76017", "iban_length"),
        (ir.normalise_card, "6037990000000007", "card_check"),
        (ir.normalise_card, "603799", "card_length"),
        (ir.normalise_mobile, "0912000001", "mobile_length"),
        (ir.normalise_landline, "0218800001", "landline_length"),
        (ir.normalise_landline, "88000012", "landline_length"),
        (ir.normalise_postal_code, "139975319", "postal_code_length"),
        (ir.normalise_postal_code, "1111111111", "postal_code_check"),
    ],
)
def test_refused(normalise: Normalise, text: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        normalise(text)
    assert caught.value.code == code


def test_one_wrong_digit_never_passes() -> None:
    for good, normalise in (("0012345679", ir.normalise_national_id), ("14000000018", ir.normalise_legal_id)):
        for wrong in set("0123456789") - {good[-1]}:
            with pytest.raises(BadValue):
                normalise(good[:-1] + wrong)


def test_eight_digits_take_the_area() -> None:
    assert ir.normalise_landline("88000012", area="021") == "+982188000012"


def test_doubtful_postal_codes_only_warn() -> None:
    assert ir.normalise_postal_code("1209753191") == "1209753191"
    assert ir.postal_code_is_doubtful("1209753191")
    assert not ir.postal_code_is_doubtful("1399753191")


def test_phone_display() -> None:
    assert display_phone(normalise_phone("02188000012 داخلی 12")) == "021 8800 0012 x12"
    assert display_phone("+989120000012") == "0912 000 0012"
    assert display_phone("+442079460018") == "+44 20 7946 0018"
    assert display_phone("nonsense") == "nonsense"


@given(st.integers(10**9, 10**10 - 1))
def test_iranian_numbers_are_written_as_the_library_writes_them(digits: int) -> None:
    number = phonenumbers.parse(f"+98{digits}")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert display_phone(f"+98{digits}") == written
