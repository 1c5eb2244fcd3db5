"""How numbers, money and dates look to one reader. Everything hangs on the `Locale` of the context.

The words here (ago, units) are looked up by the locale and not by gettext: a letter to a Persian customer sent
from an English page must not mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language

from kernel.calendars import CALENDARS, Calendar, Language, Pattern, gregorian
from kernel.calendars.week import FRIDAY, MONDAY, SATURDAY, SUNDAY
from kernel.currencies import CURRENCIES
from kernel.money import display_unit
from kernel.phones import display_phone
from kernel.text.digits import MINUS, to_latin, to_persian, to_places

Number = Decimal | int | float
LRM = "\u200e"


@dataclass(frozen=True, slots=True)
class Locale:
    language: Language
    calendar: Literal["jalali", "gregorian"]
    digits: Literal["fa", "latin"]
    first_weekday: int  # as date.weekday(): Monday 0
    weekend: frozenset[int]
    time_zone: str
    currency_display: Literal["rial", "toman"]
    fiscal_first_month: int = 1

    @classmethod
    def default(cls, language: str) -> Locale:
        if language.startswith("fa"):
            return cls("fa", "jalali", "fa", SATURDAY, frozenset({FRIDAY}), "Asia/Tehran", "toman")
        return cls("en", "gregorian", "latin", MONDAY, frozenset({SATURDAY, SUNDAY}), "UTC", "rial")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def cal(self) -> Calendar:
        return CALENDARS[self.calendar]


current_locale: ContextVar[Locale | None] = ContextVar("current_locale", default=None)


def get_locale() -> Locale:
    """The reader's; outside a request the default of the active language."""
    return current_locale.get() or Locale.default(get_language() or "en")


@contextmanager
def use_locale(locale: Locale) -> Iterator[Locale]:
    token = current_locale.set(locale)
    try:
        yield locale
    finally:
        current_locale.reset(token)


def digits(text: object) -> str:
    """Only the digits change: for codes and numbers that are already put together."""
    return to_persian(str(text)) if get_locale().digits == "fa" else to_latin(str(text))


# -- numbers ----------------------------------------------------------------------------------------------------------


def num(x: Number | None, places: int | None = None) -> str:
    """Grouped; `places` fixes the decimals, otherwise as many as there are."""
    if x is None:
        return ""
    value = _decimal(x)
    if places is not None:
        value = to_places(value, places)
    text = f"{abs(value):,f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    locale = get_locale()
    if locale.digits == "fa":
        text = to_persian(text).replace(",", "٬").replace(".", "٫")
    if value.is_zero() or not value.is_signed():
        return text
    return (LRM if locale.language == "fa" else "") + MINUS + text


def _decimal(x: Number) -> Decimal:
    value = x if isinstance(x, Decimal) else Decimal(repr(x) if isinstance(x, float) else x)
    if not value.is_finite():
        raise ValueError(f"{x} cannot be shown")
    return value


_COMPACT = (
    (Decimal(10) ** 12, "تریلیون", "T"),
    (Decimal(10) ** 9, "میلیارد", "B"),
    (Decimal(10) ** 6, "میلیون", "M"),
    (Decimal(10) ** 3, "هزار", "K"),
)


def compact(x: Number | None) -> str:
    """«۱٫۲ میلیون», "1.2 M": one decimal below a hundred, none above."""
    if x is None:
        return ""
    value = _decimal(x)
    fa = get_locale().language == "fa"
    for size, word_fa, word_en in _COMPACT:
        # 999,950 rounds to a million: choose the unit by what will be read.
        if abs(value) >= size * Decimal("0.9995") and abs(value) >= 1000:
            return f"{num(_short(value / size))} {word_fa if fa else word_en}"
    return num(_short(value) if value % 1 else value)


def _short(value: Decimal) -> Decimal:
    return to_places(value, 1 if abs(value) < Decimal("99.95") else 0)


def pct(x: Number | None, places: int | None = None) -> str:
    """`x` counts per cent: pct(12) is «۱۲٪»."""
    return "" if x is None else num(x, places) + ("٪" if get_locale().digits == "fa" else "%")


def money(amount: Decimal | int | None, currency: str, unit: bool = True, *, trim: bool = False) -> str:
    """«۱٬۲۵۰٬۰۰۰ تومان», "€1,250.00", "1,250.00 AED"; without unit for a column that names it in its head.

    `trim` leaves out cents that are nought.
    """
    if amount is None:
        return ""
    locale = get_locale()
    shown, name = display_unit(Decimal(amount), currency, locale.currency_display, locale.language)
    known = CURRENCIES.get(currency)
    places = known.decimals if known else 2
    if currency == "IRR" and shown % 1:  # five Rial are half a Toman
        places = 1
    if trim and not shown % 1:
        places = 0
    text = num(shown, places)
    return _with_unit(text, currency, name) if unit else text


def money_compact(amount: Decimal | int | None, currency: str) -> str:
    if amount is None:
        return ""
    locale = get_locale()
    shown, name = display_unit(Decimal(amount), currency, locale.currency_display, locale.language)
    return _with_unit(compact(shown), currency, name)


_LONG = 1_000_000_000


def money_brief(amount: Decimal | int | None, currency: str) -> str:
    """Short enough for a card: from a billion on in words («۱٫۲ میلیارد تومان», "€1.2 bn"), below it in full.

    What still fits is not rounded: the sums of a board are figures that people check.
    """
    if amount is None:
        return ""
    locale = get_locale()
    shown = display_unit(Decimal(amount), currency, locale.currency_display, locale.language)[0]
    return money_compact(amount, currency) if abs(shown) >= _LONG else money(amount, currency, trim=True)


def _with_unit(text: str, currency: str, name: str) -> str:
    sign = CURRENCIES[currency].sign if currency in CURRENCIES else ""
    if get_locale().language == "fa" or not sign:
        return f"{text} {name}"
    return f"{MINUS}{sign}{text[1:]}" if text.startswith(MINUS) else sign + text


def money_unit(currency: str) -> str:
    """The unit's name, for a column head."""
    locale = get_locale()
    return display_unit(Decimal(0), currency, locale.currency_display, locale.language)[1]


_SIZES_FA = ("بایت", "کیلوبایت", "مگابایت", "گیگابایت", "ترابایت")
_SIZES_EN = ("B", "KB", "MB", "GB", "TB")


def filesize(count: int | None) -> str:
    if count is None:
        return ""
    value, step = Decimal(count), 0
    while value >= 1024 and step < 4:
        value, step = value / 1024, step + 1
    return f"{num(_short(value))} {(_SIZES_FA if get_locale().language == 'fa' else _SIZES_EN)[step]}"


def listed(texts: Iterable[str]) -> str:
    """Several things in one line, with the comma of the reader's language."""
    return ("، " if get_locale().language == "fa" else ", ").join(texts)


def phone(stored: str | None) -> str:
    return digits(display_phone(stored)) if stored else ""


# -- dates ------------------------------------------------------------------------------------------------------------


def local_date(value: date | datetime) -> date:
    """A moment falls on a day only in a time zone: the reader's."""
    if isinstance(value, datetime):
        return local_time(value).date()
    return value


def local_time(value: datetime) -> datetime:
    return value.astimezone(get_locale().zone) if timezone.is_aware(value) else value


def _date(value: date | datetime | None, pattern: Pattern) -> str:
    if value is None:
        return ""
    locale = get_locale()
    day = local_date(value)
    try:
        text = locale.cal.format(day, pattern, locale.language)
    except ValueError:  # outside the years for which the Jalali rule holds
        text = gregorian.format(day, pattern, locale.language)
    return digits(text)


def date_short(value: date | datetime | None) -> str:
    """«۱۴۰۵/۰۹/۰۲», "23 Nov 2026"."""
    return _date(value, "short")


def date_long(value: date | datetime | None) -> str:
    """«دوشنبه ۲ آذر ۱۴۰۵», "Monday 23 November 2026"."""
    return _date(value, "long")


def date_month(value: date | datetime | None) -> str:
    return _date(value, "month")


def date_range(first: date, last: date) -> str:
    """«۲ تا ۹ آذر» within a month, otherwise two dates."""
    to = " تا " if get_locale().language == "fa" else " – "
    if date_month(first) == date_month(last):
        return digits(get_locale().cal.from_date(first).day) + to + _date(last, "day_month")
    return date_short(first) + to + date_short(last)


def time_(value: datetime | None) -> str:
    return "" if value is None else digits(local_time(value).strftime("%H:%M"))


def datetime_(value: datetime | None, now: datetime | None = None) -> str:
    """«۲ آذر، ساعت ۱۴:۳۰»; the year stands when it is not this one."""
    if value is None:
        return ""
    this_year = _date(now or timezone.now(), "numeric")[:4] == _date(value, "numeric")[:4]
    fa = get_locale().language == "fa"
    day = _date(value, "day_month")
    if not this_year:
        day = f"{day} {_date(value, 'numeric')[:4]}"
    return f"{day}، ساعت {time_(value)}" if fa else f"{day}, {time_(value)}"


_AGO = (
    (timedelta(days=1), "روز", "day"),
    (timedelta(hours=1), "ساعت", "hour"),
    (timedelta(minutes=1), "دقیقه", "minute"),
)


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """«۳ روز پیش», "in 3 days"; beyond seven days the date."""
    if value is None:
        return ""
    distance = (now or timezone.now()) - value
    fa = get_locale().language == "fa"
    past, distance = distance >= timedelta(0), abs(distance)
    if distance >= timedelta(days=8):
        return date_short(value)
    for size, word_fa, word_en in _AGO:
        if count := distance // size:
            if fa:
                return f"{num(count)} {word_fa} {'پیش' if past else 'دیگر'}"
            words_en = f"{num(count)} {word_en}{'' if count == 1 else 's'}"
            return f"{words_en} ago" if past else f"in {words_en}"
    return "هم‌اکنون" if fa else "just now"
