"""Money: a Decimal and its currency, never a float and never a sum of two currencies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import Literal

from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.currencies import CURRENCIES, RIALS_PER_TOMAN, TOMAN_NAMES, TOMAN_WORDS, Currency
from kernel.text.digits import MAX_DIGITS, BadNumber, parse_decimal, to_places
from kernel.text.folding import fold
from kernel.words import words

__all__ = [
    "BadMoney",
    "CurrencyMismatch",
    "Money",
    "currency_of",
    "display_unit",
    "from_display",
    "parse_money",
    "words",
]

RialUnit = Literal["rial", "toman"]


class CurrencyMismatch(ValueError):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} cannot be mixed without a rate")


class BadMoney(BadValue):
    """Codes: money_format, money_currency, money_places, and those of BadNumber."""


def currency_of(code: str) -> Currency:
    """KeyError for a currency that the table does not have."""
    return CURRENCIES[code]


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():  # type: ignore[redundant-expr]  # floats come from the untyped
            raise TypeError("an amount is a finite Decimal")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    @property
    def _quantum(self) -> Decimal:
        return Decimal(1).scaleb(-currency_of(self.currency).decimals)

    def rounded(self) -> Money:
        """To the currency's smallest unit, half away from zero."""
        return Money(to_places(self.amount, currency_of(self.currency).decimals), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Parts in these proportions whose sum is exactly this amount; the first parts take what is left over."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be positive")
        parts = [(self.amount * w / total).quantize(self._quantum, ROUND_DOWN) for w in weights]
        left = self.amount - sum(parts)
        step = self._quantum.copy_sign(left)
        index = 0
        while left and abs(left) >= self._quantum:
            if weights[index % len(parts)]:
                parts[index % len(parts)] += step
                left -= step
            index += 1
        parts[0] += left
        return [Money(part, self.currency) for part in parts]


def display_unit(amount: Decimal, currency: str, unit: RialUnit, language: str) -> tuple[Decimal, str]:
    """The number to show and the name behind it: 12500 IRR is 1250 Toman."""
    if currency == "IRR" and unit == "toman":
        return amount / RIALS_PER_TOMAN, TOMAN_NAMES[language]
    known = CURRENCIES.get(currency)
    if known is None:
        return amount, currency
    if language == "fa":
        return amount, known.name_fa
    return amount, known.name_en if currency == "IRR" else currency


def from_display(amount: Decimal, currency: str, unit: RialUnit) -> Decimal:
    return amount * RIALS_PER_TOMAN if currency == "IRR" and unit == "toman" else amount


_SCALES = {
    "هزار": 3, "میلیون": 6, "میلیارد": 9, "تریلیون": 12, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
    "k": 3, "m": 6, "mn": 6, "bn": 9, "b": 9,
}  # fmt: skip
_AMOUNT = re.compile(r"[(]?[-+]?\s*[0-9][0-9٬٫,.'\s]*[)]?")


@cache
def _currency_words() -> dict[str, str]:
    found = dict.fromkeys(TOMAN_WORDS, "IRT")
    for currency in CURRENCIES.values():
        for word in (currency.code, currency.sign, currency.name_en, currency.name_fa, *currency.words):
            if word:
                found.setdefault(fold(word), currency.code)
    return found


def parse_money(text: str, default_currency: str, *, unit: RialUnit = "rial", decimal_mark: str | None = None) -> Money:
    """Read «۱٬۲۵۰٬۰۰۰ تومان», "1.2 million rial", "€ 12.50", "USD 12" or a bare number.

    A bare number is in `default_currency`, and for IRR in `unit`, the one the reader sees on the page.
    """
    s = fold(text)
    match = _AMOUNT.search(s)
    if match is None:
        raise BadMoney("money_format", _("This is not an amount. Write digits, for example 1,250,000."))
    before, after = s[: match.start()].strip(), s[match.end() :].strip()
    negative = before.startswith("-") or before.endswith("-")
    before = before.strip("-").strip()
    try:
        amount = parse_decimal(match[0].strip(), decimal_mark=decimal_mark)
    except BadNumber as error:
        raise BadMoney(error.code, error.message) from None
    first, _sep, rest = after.partition(" ")
    if first in _SCALES:
        amount, after = amount.scaleb(_SCALES[first]), rest
    named = {_named(word) for word in (before, after) if word}
    if len(named) > 1:
        raise _unknown_currency()
    code = named.pop() if named else default_currency
    if code == "IRT":
        code, amount = "IRR", amount * RIALS_PER_TOMAN
    elif not named and not (before or after):
        amount = from_display(amount, code, unit)
    return _checked(Money(-amount if negative else amount, code))


def _checked(money: Money) -> Money:
    if money.amount.adjusted() >= MAX_DIGITS - 3:
        raise BadMoney("number_too_long", _("The amount is too long. Write at most 22 digits."))
    known = CURRENCIES.get(money.currency)
    if known and money.rounded().amount != money.amount:
        raise BadMoney(
            "money_places",
            _("The amount is finer than the smallest unit of its currency. Round it, for example to 1,250,000."),
        )
    return money.rounded() if known else money


def _named(word: str) -> str:
    code = _currency_words().get(word.strip(" .()"))
    if code is None:
        raise _unknown_currency()
    return code


def _unknown_currency() -> BadMoney:
    return BadMoney("money_currency", _("The currency is not known. Write the amount alone, or for example 1250 USD."))
