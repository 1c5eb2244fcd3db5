"""The types of a formula's parts and how they meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from kernel.errors import Text


@dataclass(frozen=True)
class Type:
    """`choices` of a choice; `currencies` of money: the paths of the fields that name its currency."""

    name: str
    choices: tuple[tuple[str, Text], ...] = ()
    currencies: frozenset[str] = frozenset()

    @property
    def numeric(self) -> bool:
        return self.name in NUMBERS

    @property
    def temporal(self) -> bool:
        return self.name in DAYS


NUMBERS = frozenset({"number", "money", "percent"})
DAYS = frozenset({"date", "datetime"})
TEXTS = frozenset({"text", "choice"})

TEXT, NUMBER, MONEY, PERCENT = Type("text"), Type("number"), Type("money"), Type("percent")
DATE, DATETIME, BOOL = Type("date"), Type("datetime"), Type("bool")
#: A blank fits wherever a value fits. `BROKEN` stands where something is wrong already, and stays silent.
NULL, BROKEN = Type("null"), Type("broken")
#: A link to another record: it can be blank or not, and equal to another link, nothing else.
LINK = Type("link")

NAMES: dict[str, Text] = {
    "text": _("text"), "number": _("number"), "money": _("money"), "percent": _("percent"), "date": _("date"),
    "datetime": _("date and time"), "bool": _("yes or no"), "choice": _("choice"), "null": _("blank"),
    "link": _("linked record"), "broken": "…",
}  # fmt: skip

_OF_KIND = {
    "integer": NUMBER, "decimal": NUMBER, "money": MONEY, "percent": PERCENT, "date": DATE, "datetime": DATETIME,
    "bool": BOOL, "relation": LINK, "uuid": LINK,
}  # fmt: skip


def type_of_kind(kind: str, *, choices: Iterable[tuple[str, Text]] = (), currency: str = "") -> Type:
    """The type of a field by its kind; every kind of text is text here."""
    if kind == "choice":
        return Type("choice", choices=tuple(choices))
    if kind == "money":
        return Type("money", currencies=frozenset({currency} if currency else ()))
    return _OF_KIND.get(kind, TEXT)


def join(one: Type, other: Type) -> Type | None:
    """The type of a value that may be either; None where nothing holds both."""
    if one.name == "null" or other.name == "broken":
        return other
    if other.name == "null" or one.name == "broken" or one == other:
        return one
    names = {one.name, other.name}
    if names in ({"money"}, {"money", "number"}):
        return Type("money", currencies=one.currencies | other.currencies)
    if names == {"percent", "number"}:
        return NUMBER
    if names <= TEXTS:
        return TEXT
    return replace(one) if one.name == other.name else None


def join_all(types: Iterable[Type]) -> Type | None:
    found: Type | None = NULL
    for one in types:
        found = join(found, one) if found is not None else None
    return found


def comparable(one: Type, other: Type) -> bool:
    """Whether = makes sense; money and percent are compared with plain numbers as amounts and fractions."""
    if "null" in (one.name, other.name) or "broken" in (one.name, other.name):
        return True
    if one.numeric and other.numeric:
        return not {one.name, other.name} >= {"money", "percent"}
    return one.name == other.name or {one.name, other.name} <= TEXTS


def arithmetic(op: str, one: Type, other: Type) -> Type | None:
    """The type of `one op other`, or None where it has no meaning (money times money, a date plus a date)."""
    if "broken" in (one.name, other.name):
        return BROKEN
    if one.name == "null":
        one = NUMBER
    if other.name == "null":
        other = NUMBER if not (one.temporal and op == "-") else one
    if one.temporal or other.temporal:
        return _with_days(op, one, other)
    if not (one.numeric and other.numeric):
        return None
    return _with_numbers(op, one, other)


def _with_days(op: str, one: Type, other: Type) -> Type | None:
    if op == "-" and one.name == other.name:
        return NUMBER
    if one.temporal and other.name == "number" and op in "+-":
        return one
    if op == "+" and one.name == "number" and other.temporal:
        return other
    return None


def _with_numbers(op: str, one: Type, other: Type) -> Type | None:
    both = {one.name, other.name}
    money = Type("money", currencies=one.currencies | other.currencies)
    if op in "+-":
        if "money" in both:
            return None if "percent" in both else money
        return PERCENT if both == {"percent"} else NUMBER
    if op == "^":
        return None if "money" in both else NUMBER
    if op == "*":
        if one.name == other.name == "money":
            return None
        return money if "money" in both else NUMBER
    if one.name == "money":
        return NUMBER if other.name == "money" else money
    return None if other.name == "money" else NUMBER
