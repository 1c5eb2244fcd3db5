"""From what somebody typed, sent or exported to a Python value, by field kind.

Forms, the API and the import all read through `parse_value`, so that one text means one value everywhere.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.calendars.moments import parse_datetime
from kernel.calendars.parsing import DateOrder, parse_date
from kernel.checks_ir import normalise_iban, normalise_legal_id, normalise_national_id, normalise_postal_code
from kernel.compound import parse_address, parse_file
from kernel.formats import get_locale
from kernel.money import RialUnit, parse_money
from kernel.patterns import check_text
from kernel.phones import normalise_phone
from kernel.text.digits import parse_decimal, to_places, too_long
from kernel.text.folding import fold, match_key
from kernel.values_text import clean_text, parse_email, parse_url, shown

__all__ = ["KINDS", "BadValue", "parse_value"]

Options = Mapping[str, object]
_BIGINT = 2**63 - 1
_MOST_CHOICES = 500
#: A tuple: the union of types would be built anew for every value.
_SINGLE = (str, int, float, Decimal, date, uuid.UUID)
_ANY_CURRENCY = "XXX"  # ISO 4217: no currency


def parse_value(kind: str, raw: object, *, options: Options | None = None) -> object:
    """None for nothing, a clean value of the kind, or BadValue.

    Options: max_length (text, longtext, email, url), min_value, max_value, decimal_places, decimal_mark (numbers),
    currency, unit (money), date_order (date, datetime), time_zone (datetime), choices (choice), region, area (phone).
    """
    read = _READERS.get(kind)
    if read is None and kind != "multichoice":
        raise LookupError(f"no field kind {kind!r}")
    if raw is None:
        return None
    if read is None:
        return _choices(raw, options or {})
    if kind in _OBJECTS:
        return read(raw, options or {})
    if not isinstance(raw, _SINGLE):
        raise BadValue("type", _("One single value is expected here, for example a text or a number."))
    if isinstance(raw, int) and raw.bit_length() > 256:  # str() of it may even be refused by Python
        raise too_long()
    if isinstance(raw, str):
        raw = clean_text(raw, lines=kind == "longtext")
        if not raw:
            return None
    return read(raw, options or {})


def _text(raw: object, options: Options) -> str:
    text = _plain(raw)
    limit = options.get("max_length")
    if limit is not None and len(text) > (most := cast(int, limit)):
        raise BadValue(
            "max_length",
            format_lazy(
                _("The text has {count} characters; at most {limit} fit. Shorten it."),
                count=shown(len(text)), limit=shown(most),
            ),
        )  # fmt: skip
    if pattern := options.get("pattern"):
        return check_text(text, cast(str, pattern))
    return text


def _plain(raw: object) -> str:
    """A number out of a spreadsheet as people write it: 12.0 is 12."""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return str(raw)


def _number(raw: object, options: Options) -> Decimal:
    if isinstance(raw, bool | date | uuid.UUID):
        raise BadValue("number_format", _("This is not a number. Write digits only, for example 1250 or 12.5."))
    if isinstance(raw, float):
        # The shortest text that gives this float back is what the spreadsheet showed.
        return parse_decimal(repr(raw))
    return parse_decimal(str(raw), decimal_mark=cast("str | None", options.get("decimal_mark")))


def _in_bounds(value: Decimal, options: Options) -> None:
    low, high = options.get("min_value"), options.get("max_value")
    if low is not None and value < cast(Decimal, low):
        raise BadValue("min_value", format_lazy(_("The number must be at least {limit}."), limit=shown(low)))
    if high is not None and value > cast(Decimal, high):
        raise BadValue("max_value", format_lazy(_("The number may be at most {limit}."), limit=shown(high)))


def _integer(raw: object, options: Options) -> int:
    value = _number(raw, options)
    if value != value.to_integral_value():
        raise BadValue("integer", _("A whole number is expected here, for example 12."))
    _in_bounds(value, {"min_value": -_BIGINT, "max_value": _BIGINT, **options})
    return int(value)


def _to_places(value: Decimal, raw: object, options: Options) -> Decimal:
    """What a person wrote is never rounded behind their back; the tail of a spreadsheet's float is."""
    places = options.get("decimal_places")
    if places is None:
        return value
    rounded = to_places(value, cast(int, places))
    if rounded != value and not isinstance(raw, float):
        raise BadValue(
            "decimal_places",
            format_lazy(_("At most {places} decimals fit here. Round the number."), places=shown(places)),
        )
    return rounded


def _decimal(raw: object, options: Options) -> Decimal:
    value = _to_places(_number(raw, options), raw, options)
    _in_bounds(value, options)
    return value


def _percent(raw: object, options: Options) -> Decimal:
    """12 % is 12."""
    if isinstance(raw, str):
        raw = raw.strip("\u200e\u200f ").strip("%٪").replace("درصد", "")
    return _decimal(raw, options)


def _money(raw: object, options: Options) -> Decimal:
    """The amount. Without a `currency` option only bare numbers pass: nobody could tell what a unit meant."""
    currency = cast(str, options.get("currency") or _ANY_CURRENCY)
    if not isinstance(raw, str):
        raw = _to_places(_number(raw, options), raw, options)
    unit = cast(RialUnit, options.get("unit", "rial"))
    mark = cast("str | None", options.get("decimal_mark")) if isinstance(raw, str) else None
    text = raw if isinstance(raw, str) else format(raw, "f")
    money = parse_money(text, currency, unit=unit, decimal_mark=mark)
    if money.currency != currency:
        raise BadValue("currency_other", _other_currency(money.currency, currency))
    amount = _to_places(money.amount, raw, options)
    _in_bounds(amount, options)
    return amount


def _other_currency(other: str, currency: str) -> str | Promise:
    if currency == _ANY_CURRENCY:
        return _("The amount stands here without its currency. Write the number alone, for example 1,250,000.")
    return format_lazy(
        _("The amount is in {other}, but this field holds {currency}. Write it in {currency}."),
        other=other,
        currency=currency,
    )


def _date(raw: object, options: Options) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    return parse_date(_plain(raw), hint=cast("DateOrder | None", options.get("date_order")))


def _datetime(raw: object, options: Options) -> datetime:
    zone = cast(str, options.get("time_zone") or get_locale().time_zone)
    return parse_datetime(
        raw if isinstance(raw, date) else _plain(raw),
        zone=zone,
        hint=cast("DateOrder | None", options.get("date_order")),
    )


_STARS = re.compile("(★+)☆*")


def _rating(raw: object, options: Options) -> int:
    """From one to five; stars are counted."""
    if isinstance(raw, str) and (stars := _STARS.fullmatch(raw.replace(" ", ""))):
        raw = len(stars[1])
    return _integer(raw, {"min_value": 1, "max_value": 5, **options})


_YES = "yes y true t 1 on x ok ✓ ✔ ☑ ✅ بله بلی آری درست صحیح دارد فعال هست است"
_NO = "no n false f 0 off - ✗ ✘ ☐ ❌ خیر نه نخیر نادرست غلط ندارد غیرفعال نیست"


@cache
def _bool_words() -> dict[str, bool]:
    return {fold(word): True for word in _YES.split()} | {fold(word): False for word in _NO.split()}


def _bool(raw: object, options: Options) -> bool:
    found = _bool_words().get(fold(_plain(raw)).replace(" ", ""))
    if found is None:
        raise BadValue("bool", _("Yes or no is expected here; write yes, no, 1 or 0."))
    return found


def _choice(raw: object, options: Options) -> object:
    """The stored value itself wins, then a label, both without regard to letter variants. The reader's language comes
    first, then the others: a file may be of another language than whoever, or whatever process, reads it in."""
    choices = cast("list[tuple[object, str | Promise]]", options.get("choices", ()))
    text = _plain(raw)
    for value, _label in choices:
        if text == str(value):
            return value
    for value in _called(text, choices):
        return value
    here = get_language()
    for language in (code for code, _name in settings.LANGUAGES if code != here):
        with override(language):
            for value in _called(text, choices):
                return value
    names = [label for _value, label in choices[:6]]
    comma = "، " if get_locale().language == "fa" else ", "
    listed = format_lazy(comma.join(["{}"] * len(names)), *names)
    more = "…" if len(choices) > len(names) else ""
    raise BadValue(
        "choice", format_lazy(_("This is not in the list. Choose one of: {names}{more}"), names=listed, more=more)
    )


def _called(text: str, choices: Iterable[tuple[object, str | Promise]]) -> Iterator[object]:
    for normalise in (fold, match_key):
        wanted = normalise(text)
        for value, label in choices:
            if wanted and wanted in (normalise(str(value)), normalise(str(label))):
                yield value


def _choices(raw: object, options: Options) -> list[object] | None:
    """Several of the list, in the list's order; a text names them with commas or one on a line."""
    given = re.split(r"[,،;؛\n]", raw) if isinstance(raw, str) else raw
    if not isinstance(given, list | tuple) or len(given) > _MOST_CHOICES:
        raise BadValue("type", _("A list of values is expected here."))
    texts = [text for one in given if (text := clean_text(_plain(one), lines=False))]
    found = {str(_choice(text, options)) for text in texts}
    choices = cast("list[tuple[object, object]]", options.get("choices", ()))
    return [value for value, _label in choices if str(value) in found] or None


def _phone(raw: object, options: Options) -> str:
    region, area = cast(str, options.get("region", "IR")), cast("str | None", options.get("area"))
    return normalise_phone(_plain(raw), region=region, area=area)


def _uuid(raw: object, options: Options) -> uuid.UUID:
    try:
        return raw if isinstance(raw, uuid.UUID) else uuid.UUID(_plain(raw))
    except ValueError:
        raise BadValue(
            "uuid", _("This is not an identifier. It looks like 0199c2d4-7b1e-7c3a-9f00-5a1b2c3d4e5f.")
        ) from None


def _of_text(normalise: Callable[[str], str]) -> Callable[[object, Options], str]:
    return lambda raw, options: _text(normalise(_plain(raw)), options)


_READERS: dict[str, Callable[[object, Options], object]] = {
    "text": _text,
    "longtext": _text,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "percent": _percent,
    "date": _date,
    "datetime": _datetime,
    "bool": _bool,
    "choice": _choice,
    "email": _of_text(parse_email),
    "phone": _phone,
    "url": _of_text(parse_url),
    "national_id": _of_text(normalise_national_id),
    "legal_id": _of_text(normalise_legal_id),
    "iban": _of_text(normalise_iban),
    "postal_code": _of_text(normalise_postal_code),
    "uuid": _uuid,
    "rating": _rating,
    "autonumber": _text,
    "address": lambda raw, _options: parse_address(raw),
    "file": lambda raw, _options: parse_file(raw),
}
_OBJECTS = frozenset({"address", "file"})
KINDS = frozenset(_READERS) | {"multichoice"}
