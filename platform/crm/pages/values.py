"""A field's value for the eye, as plain text. As a cell's HTML: crm.pages.cells."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from kernel import compound, formats
from kernel.registry import Field

_TEXT: dict[str, Callable[[Any], str]] = {
    "integer": formats.num, "decimal": formats.num, "percent": formats.pct, "date": formats.date_short,
    "datetime": formats.datetime_, "phone": formats.phone,
}  # fmt: skip
STARS = 5


def currency_of(field: Field, record: Any) -> str:
    return str(getattr(record, field.currency, "") or "") if field.currency else ""


def money_text(amount: Any, currency: str) -> str:
    return formats.money(amount, currency, trim=True) if currency else formats.num(amount)


def money_brief(amount: Any, currency: str) -> str:
    return formats.money_brief(amount, currency) if currency else formats.compact(amount)


def choice_text(field: Field, value: Any) -> str:
    return next((str(label) for key, label in field.choices if key == str(value)), str(value))


def yes_no(value: Any) -> str:
    return _("Yes") if value else _("No")


def value_text(field: Field, value: Any, *, currency: str = "") -> str:
    """The value in words and digits of the reader; relations are named elsewhere (Labels)."""
    if value is None or value == "":
        return ""
    if field.kind == "money":
        return money_text(value, currency)
    if field.kind == "multichoice":
        return formats.listed(choice_text(field, one) for one in value)
    if field.kind == "choice":
        return choice_text(field, value)
    if field.kind in ("address", "file"):
        return compound.text_of(field.kind, value)
    if is_ordinal(field):
        return formats.digits(value)  # a year is a name, not a quantity: it takes no thousands separator
    return _TEXT.get(field.kind, str)(value)


def is_ordinal(field: Field) -> bool:
    """Numbers that name or order something; adding them up says nothing."""
    return field.kind == "integer" and bool({"year", "position", "order", "rank"} & set(field.name.split("_")))


def is_summed(field: Field) -> bool:
    return field.kind in {"money", "decimal", "integer"} and not is_ordinal(field)


_TEXT["bool"] = yes_no
