"""Digits and plain numbers as people write them in Persian and English."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue

_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_TO_LATIN = str.maketrans(_PERSIAN + _ARABIC, "0123456789" * 2)
_TO_PERSIAN = str.maketrans("0123456789" + _ARABIC, _PERSIAN * 2)

MINUS = "\u2212"
# Spaces of every width, apostrophes and marks that nobody sees: allowed between groups, never meaningful.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
_GROUP_SPACE = re.compile("(?<=\\d)[ \u00a0\u2009\u202f'’](?=\\d{3}(?!\\d))")
_NUMBER = re.compile(r"(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?", re.ASCII)
MAX_DIGITS = 25
# Wide enough that no quantize() of a number we took can overflow; pass it as `context`.
WIDE = Context(prec=80)


class BadNumber(BadValue):
    """Codes: number_empty, number_format, number_grouping, number_too_long."""


def to_latin(s: str) -> str:
    return s.translate(_TO_LATIN)


def to_persian(s: str) -> str:
    return s.translate(_TO_PERSIAN)


def parse_decimal(text: str, *, decimal_mark: str | None = None) -> Decimal:
    """Read a number without unit.

    - Any digits; ٬ and spaces group thousands, ٫ is the decimal mark.
    - Both "," and ".": the later one is the decimal mark, "1.250,5" and "1,250.5" are the same.
    - One kind more than once groups thousands: "1.250.000".
    - A single "." is the decimal mark: "1.250" is one and a quarter.
    - A single "," groups when exactly three digits follow one to three others ("1,250"), else it is the mark ("12,5").
    - `decimal_mark` ("." or ",") settles it beforehand, as chosen for a column of an import.
    - Minus before, U+2212 too, or brackets as book-keepers write; an exponent as spreadsheets write.
    """
    s = _INVISIBLE.sub("", to_latin(text)).strip().replace("،", ",").replace(MINUS, "-").replace("–", "-")
    if not s:
        raise BadNumber("number_empty", _("The number is missing. Write digits, for example 1250."))
    if len(s) > 4 * MAX_DIGITS:
        raise too_long()
    negative = False
    if s[0] == "(" and s[-1] == ")":
        negative, s = True, s[1:-1].strip()
    elif s[0] in "+-":
        negative, s = s[0] == "-", s[1:].lstrip()
    plain = _one_mark(_GROUP_SPACE.sub("٬", s), decimal_mark)
    match = _NUMBER.fullmatch(plain)
    if match is None or not (match[1] or match[2]):
        raise BadNumber("number_format", _("This is not a number. Write digits only, for example 1250 or 12.5."))
    if abs(int(match[3] or 0)) > 2 * MAX_DIGITS:
        raise too_long()
    value = Decimal(format(Decimal(plain), "f"))  # 1E+5 becomes 100000
    if len(value.as_tuple().digits) > MAX_DIGITS or value.adjusted() < -MAX_DIGITS:
        raise too_long()
    return -value if negative and value else value


def to_places(value: Decimal, places: int) -> Decimal:
    """Rounded half away from zero, as invoices are."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)


def too_long() -> BadNumber:
    return BadNumber("number_too_long", _("The number is too long. Write at most 25 digits."))


def _one_mark(s: str, decimal_mark: str | None) -> str:
    """Drop group marks after checking them, and make "." the decimal mark."""
    if decimal_mark is not None:
        mark: str | None = decimal_mark
        s = s.replace("٫", decimal_mark)
    elif "٫" in s:
        mark = "٫"
    elif "," in s and "." in s:
        mark = max(",.", key=s.rfind)
    elif s.count(".") == 1:
        mark = "."
    elif s.count(",") == 1 and not ("٬" not in s and re.fullmatch(r"[1-9]\d{0,2},\d{3}", s, re.ASCII)):
        mark = ","
    else:
        mark = None
    whole, found, fraction = s.partition(mark) if mark else (s, "", "")
    groups = re.split("[٬,.]", whole)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        raise BadNumber(
            "number_grouping",
            _("The thousands are not in groups of three. Write for example 1,250,000 or 1250000."),
        )
    return "".join(groups) + ("." + fraction if found else "")
