"""Identifiers of Iran: each `normalise_x` returns the stored form or raises BadValue with a code and a sentence."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.text.folding import fold

_LEGAL_WEIGHTS = (29, 27, 23, 19, 17) * 2
_SEPARATORS = re.compile(r"[\s\-_./()]+")


def _compact(text: str) -> str:
    """Digits folded to 0-9, spaces and dashes dropped, letters in capitals."""
    return _SEPARATORS.sub("", fold(text)).upper()


def _digits(text: str, length: int, code: str, message: str | Promise) -> str:
    digits = _compact(text)
    if not re.fullmatch(rf"[0-9]{{{length}}}", digits):
        raise BadValue(code, message)
    return digits


def normalise_national_id(text: str) -> str:
    """کد ملی of a person; spreadsheets lose its leading zeros, so 8 and 9 digits are filled up."""
    digits = _compact(text)
    if re.fullmatch(r"[0-9]{8,9}", digits):
        digits = digits.zfill(10)
    digits = _digits(digits, 10, "national_id_length", _("A national ID has 10 digits, for example 0012345679."))
    remainder = sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11
    check = remainder if remainder < 2 else 11 - remainder
    if check != int(digits[9]) or len(set(digits)) == 1:
        raise BadValue(
            "national_id_check",
            _("This national ID does not exist. Compare it with the card, for example 0012345679."),
        )
    return digits


def normalise_legal_id(text: str) -> str:
    """شناسهٔ ملی of a legal entity."""
    digits = _digits(text, 11, "legal_id_length", _("A legal entity ID has 11 digits, for example 14000000018."))
    shift = int(digits[9]) + 2
    remainder = sum((int(d) + shift) * w for d, w in zip(digits, _LEGAL_WEIGHTS, strict=False)) % 11
    if remainder % 10 != int(digits[10]):
        raise BadValue(
            "legal_id_check", _("This legal entity ID does not exist. Compare its digits, for example 14000000018.")
        )
    return digits


def normalise_iban(text: str) -> str:
    """شبا; IR may be left out. IBANs of other countries pass by the same check sum."""
    iban = _compact(text)
    if re.fullmatch(r"[0-9]{24}", iban):
        iban = "IR" + iban
    right_length = len(iban) == 26 if iban.startswith("IR") else 15 <= len(iban) <= 34
    if not right_length or not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+", iban):
        raise BadValue("iban_length", _("An IBAN is IR and 24 digits, for example IR760170000000000000000001."))
    if int("".join(str(int(ch, 36)) for ch in iban[4:] + iban[:4])) % 97 != 1:
        raise BadValue(
            "iban_check", _("This IBAN does not exist. Compare its digits, for example IR760170000000000000000001.")
        )
    return iban


def normalise_card(text: str) -> str:
    """A bank card's number. It must never be stored whole."""
    digits = _digits(text, 16, "card_length", _("A card number has 16 digits, for example 6037990000000006."))
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(digits))
    if sum(d - 9 if d > 9 else d for d in doubled) % 10 or len(set(digits)) == 1:
        raise BadValue(
            "card_check", _("This card number does not exist. Compare its digits, for example 6037990000000006.")
        )
    return digits


def normalise_mobile(text: str) -> str:
    """A mobile number in Iran, as +989…. Numbers are ported: the operator cannot be read from them."""
    match = re.fullmatch(r"(?:\+98|0098|98|0)?(9[0-9]{9})", _compact(text))
    if match is None:
        raise BadValue("mobile_length", _("A mobile number has 11 digits, for example 09120000012."))
    return "+98" + match[1]


def normalise_landline(text: str, *, area: str | None = None) -> str:
    """A landline in Iran, as +98 and area and number; 8 digits alone take `area` (for example "021")."""
    digits = _compact(text)
    if area and re.fullmatch(r"[1-9][0-9]{7}", digits):
        digits = _compact(area) + digits
    match = re.fullmatch(r"(?:\+98|0098|98|0)?([1-8][0-9]{9})", digits)
    if match is None:
        raise BadValue("landline_length", _("A landline has 11 digits with its area code, for example 02188000012."))
    return "+98" + match[1]


def normalise_postal_code(text: str) -> str:
    digits = _digits(text, 10, "postal_code_length", _("A postal code has 10 digits, for example 1399753191."))
    if len(set(digits)) == 1:
        raise BadValue("postal_code_check", _("This postal code does not exist. Write for example 1399753191."))
    return digits


def postal_code_is_doubtful(digits: str) -> bool:
    """Worth a warning only: the post seems to use no 0 or 2 in the first five digits, nor a 5 as fifth."""
    return bool(set(digits[:5]) & {"0", "2"}) or digits[4:5] == "5"
