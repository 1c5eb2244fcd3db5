"""What a compiled formula runs in, and the arithmetic that never raises: what cannot be is blank, with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any
from zoneinfo import ZoneInfo

from kernel.calendars import CALENDARS
from kernel.formula.types import Type
from kernel.text.digits import WIDE

#: 34 significant digits (decimal128), half away from zero. A field rounds the last result to its own places.
EXACT = Context(prec=34, rounding=ROUND_HALF_UP, Emax=6144, Emin=-6143,
                traps=[DivisionByZero, InvalidOperation, Overflow])  # fmt: skip
MAX_TEXT = 10_000
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)


@dataclass(frozen=True)
class Setting:
    """The workspace's habits, by which numbers and days become text."""

    language: str = "en"
    calendar: str = "gregorian"
    time_zone: str = "UTC"


class Env:
    """One record's values by path, and the moment that TODAY and NOW mean. `reason` is the first why of a blank."""

    __slots__ = ("now", "reason", "today", "values", "zone")

    def __init__(self, values: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> None:
        self.values, self.now, self.zone = values, now, zone
        self.today = now.astimezone(zone).date()
        self.reason = ""

    def blank(self, reason: str) -> None:
        self.reason = self.reason or reason


Run = Callable[[Env], Any]


def add(env: Env, a: Decimal, b: Decimal) -> Any:
    return EXACT.add(a, b)


def subtract(env: Env, a: Decimal, b: Decimal) -> Any:
    return EXACT.subtract(a, b)


def multiply(env: Env, a: Decimal, b: Decimal) -> Any:
    return EXACT.multiply(a, b)


def divide(env: Env, a: Decimal, b: Decimal) -> Any:
    return EXACT.divide(a, b) if b else env.blank("division_by_zero")


def power(env: Env, a: Decimal, b: Decimal) -> Any:
    """Whole powers exactly; others only where they are real and small enough to be meant."""
    if abs(b) > 1000:
        return env.blank("out_of_range")
    if not a:
        return env.blank("division_by_zero") if b < 0 else (ZERO if b else ONE)
    return EXACT.power(a, b)


def round_to(value: Decimal, places: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded to decimals, or to tens and hundreds where `places` is negative."""
    n = max(-25, min(25, int(places)))
    if value.adjusted() > 40:
        return value
    rounded = value.quantize(Decimal(1).scaleb(-n), rounding, WIDE)
    return rounded if n >= 0 else Decimal(format(rounded, "f"))


def guarded(run: Callable[..., Any], reason: str = "out_of_range") -> Callable[[list[Run]], Run]:
    """A call that is blank when any argument is, or when its values have no answer."""

    def build(args: list[Run]) -> Run:
        if len(args) == 2:
            return _two(run, reason, *args)

        def call(env: Env) -> Any:
            values = []
            for arg in args:
                value = arg(env)
                if value is None:
                    return None
                values.append(value)
            try:
                return run(env, *values)
            except (ArithmeticError, ValueError):
                return env.blank(reason)

        return call

    return build


def _two(run: Callable[..., Any], reason: str, one: Run, other: Run) -> Run:
    def call(env: Env) -> Any:
        if (a := one(env)) is None or (b := other(env)) is None:
            return None
        try:
            return run(env, a, b)
        except (ArithmeticError, ValueError):
            return env.blank(reason)

    return call


def bounded(env: Env, text: str) -> str | None:
    if len(text) <= MAX_TEXT:
        return text
    env.blank("too_long")
    return None


def plain_number(value: Decimal) -> str:
    """Latin digits, no grouping, no zeros behind: 12.50 is 12.5."""
    if value.adjusted() > 60 or value.adjusted() < -60:
        return str(value)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_YES_NO = {"fa": ("بله", "خیر"), "en": ("Yes", "No")}


def texts(kind: Type, setting: Setting) -> Callable[[Env, Any], str]:
    """How values of a type become text. Digits are Latin, so that search and comparison find them."""
    language = "fa" if setting.language.startswith("fa") else "en"
    calendar = CALENDARS[setting.calendar]

    def day(value: date) -> str:
        try:
            return calendar.format(value, "numeric", language)  # type: ignore[arg-type]  # one of the two
        except ValueError:  # outside the Jalali calendar's years
            return value.isoformat()

    def moment(env: Env, value: datetime) -> str:
        local = value.astimezone(env.zone)
        return f"{day(local.date())} {local:%H:%M}"

    labels = _labels(kind, language) if kind.name == "choice" else {}
    readers: dict[str, Callable[[Env, Any], str]] = {
        "number": lambda _env, value: plain_number(value),
        "money": lambda _env, value: plain_number(value),
        "percent": lambda _env, value: plain_number(EXACT.multiply(value, HUNDRED)) + "%",
        "date": lambda _env, value: day(value),
        "datetime": moment,
        "bool": lambda _env, value: _YES_NO[language][0 if value else 1],
        "choice": lambda _env, value: labels.get(value, value),
    }
    return readers.get(kind.name, lambda _env, value: str(value))


def _labels(kind: Type, language: str) -> dict[str, str]:
    from django.utils.translation import override

    with override(language):
        return {value: str(label) for value, label in kind.choices}
