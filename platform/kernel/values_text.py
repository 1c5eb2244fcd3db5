"""Cleaning of text, addresses of mail and web: the parts of `kernel.values` that speak of characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import cast

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.formats import num
from kernel.text.digits import to_latin

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BREAKS = re.compile("[\t\n]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c]")

_email = EmailValidator()
_url = URLValidator(schemes=["http", "https"])


def clean_text(raw: str, *, lines: bool) -> str:
    """Without control characters and outer spaces. A NUL or half a character is refused: the file is not a text."""
    if raw.isprintable():
        return raw.strip()
    if _NO_TEXT.search(raw):
        raise BadValue(
            "characters",
            _("The text holds characters that cannot be stored. Type it anew or save the file as UTF-8."),
        )
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", raw))
    return (text if lines else _BREAKS.sub(" ", text)).strip()


def _bare(raw: str) -> str:
    return _INVISIBLE.sub("", to_latin(raw)).strip()


def parse_email(raw: str) -> str:
    """In small letters: in practice no mail server tells capitals apart, but every match of contacts would."""
    text = _bare(raw).removeprefix("mailto:").lower()
    try:
        _email(text)
    except ValidationError:
        raise BadValue("email", _("An e-mail address looks like sara@example.com.")) from None
    return text


def parse_url(raw: str) -> str:
    text = _bare(raw)
    if "://" not in text:
        text = "https://" + text
    scheme, _sep, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    text = f"{scheme.lower()}://{host.lower() if '@' not in host else host}{slash}{path}"
    try:
        _url(text)
    except ValidationError:
        raise BadValue("url", _("A web address looks like https://example.com.")) from None
    return text


def _shown(value: object) -> str:
    return num(value) if isinstance(value, int | float | Decimal) else str(value)


_lazy_shown = cast("Callable[[object], Promise]", lazy(_shown, str))


def shown(value: object) -> Promise:
    """A number for a lazy sentence, in the digits of whoever reads it."""
    return _lazy_shown(value)
