"""Telephone numbers of any country, stored as +… with the extension behind: +982188000012;ext=12."""

from __future__ import annotations

import re

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat

from kernel.badvalue import BadValue
from kernel.checks_ir import normalise_landline, normalise_mobile
from kernel.text.folding import fold

_EXTENSION = re.compile(r"[,;/ ]*(?:داخلی|ext\.?|extension|x)[ :=.]*([0-9]{1,6})$")
_IRANIAN = re.compile(r"\+98[1-9][0-9]{9}")


def _bad_phone() -> BadValue:
    return BadValue(
        "phone_format", _("This is not a phone number. Write it for example as 09120000012 or +44 20 7946 0018.")
    )


def normalise_phone(text: str, *, region: str = "IR", area: str | None = None) -> str:
    """Numbers without country code belong to `region`; in Iran 8 digits alone take `area`."""
    s = fold(text).removeprefix("tel:")
    extension = ""
    if match := _EXTENSION.search(s):
        extension, s = ";ext=" + match[1], s[: match.start()]
    if region == "IR":
        for normalise in (normalise_mobile, lambda t: normalise_landline(t, area=area)):
            try:
                return normalise(s) + extension
            except BadValue:
                continue
    if not re.fullmatch(r"[+0-9 ()\-./]{3,40}", s):
        raise _bad_phone()
    try:
        number = phonenumbers.parse(s, region)
    except phonenumbers.NumberParseException:
        raise _bad_phone() from None
    # Iranian numbers were judged above by LOCAL rules; what is left here must be one that its country knows.
    if (number.country_code == 98 and region == "IR") or not phonenumbers.is_possible_number(number):
        raise _bad_phone()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension


def display_phone(stored: str, *, region: str = "IR") -> str:
    """Grouped for reading: the national form at home, the international one for others."""
    base, _sep, extension = stored.partition(";ext=")
    if region == "IR" and not extension and _IRANIAN.fullmatch(base):
        # As the library writes them, in a hundredth of its time: lists are full of these.
        cuts = (3, 6, 9) if base[3] == "9" else (3, 5, 9)
        return f"0{base[cuts[0] : cuts[1]]} {base[cuts[1] : cuts[2]]} {base[cuts[2] :]}"
    try:
        number = phonenumbers.parse(base, region)
    except phonenumbers.NumberParseException:
        return stored
    at_home = phonenumbers.region_code_for_country_code(number.country_code or 0) == region
    shown = phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )
    return f"{shown} x{extension}" if extension else shown
