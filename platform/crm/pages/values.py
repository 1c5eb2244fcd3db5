"""A field's value for the eye: as plain text and as a cell's HTML. Drawn in Python, since a list has hundreds."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from frontend.templatetags.pv import avatar
from kernel import formats
from kernel.registry import Field
from crm.pages.labels import Labels
from crm.pages.links import record_url

EMPTY = SafeString("")
_LATIN = frozenset({"email", "phone", "url", "national_id", "legal_id", "iban", "postal_code", "uuid"})


def currency_of(field: Field, record: Any) -> str:
    return str(getattr(record, field.currency, "") or "") if field.currency else ""


def money_text(amount: Any, currency: str) -> str:
    return formats.money(amount, currency) if currency else formats.num(amount)


def choice_text(field: Field, value: Any) -> str:
    return next((str(label) for key, label in field.choices if key == str(value)), str(value))


def yes_no(value: Any) -> str:
    return _("Yes") if value else _("No")


def value_text(field: Field, value: Any, *, currency: str = "") -> str:
    """The value in words and digits of the reader; relations are named elsewhere (Labels)."""
    if value is None or value == "":
        return ""
    match field.kind:
        case "money":
            return money_text(value, currency)
        case "integer" | "decimal":
            # A year is a name, not a quantity: it takes no thousands separator.
            return formats.digits(value) if is_ordinal(field) else formats.num(value)
        case "percent":
            return formats.pct(value)
        case "date":
            return formats.date_short(value)
        case "datetime":
            return formats.datetime_(value)
        case "bool":
            return yes_no(value)
        case "choice":
            return choice_text(field, value)
        case "phone":
            return formats.phone(str(value))
        case _:
            return str(value)


def is_ordinal(field: Field) -> bool:
    """Numbers that name or order something; adding them up says nothing."""
    return field.kind == "integer" and bool({"year", "position", "order", "rank"} & set(field.name.split("_")))


def is_summed(field: Field) -> bool:
    return field.kind in {"money", "decimal", "integer"} and not is_ordinal(field)


def cell(field: Field, record: Any, labels: Labels, *, links: bool = False) -> SafeString:
    """What stands in a table's cell or, with links, beside a label on the record page.

    A cell that is edited in place is a button, and a button holds no links: hence tables go without.
    """
    value = getattr(record, field.column)
    if value is None or value == "":
        return EMPTY
    draw = _LINKED.get(field.kind) if links else None
    return (draw or _DRAW.get(field.kind, _plain))(field, value, record, labels)


def _plain(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    text = value_text(field, value, currency=currency_of(field, record))
    if field.kind in _LATIN:
        return format_html('<bdi dir="ltr" class="num">{}</bdi>', text)
    if field.numeric:
        return format_html('<span class="num">{}</span>', text)
    if field.kind == "text":
        return format_html('<bdi title="{}">{}</bdi>', text, text) if len(text) > 28 else format_html("<bdi>{}</bdi>", text)
    return format_html("<bdi>{}</bdi>", text)


def _date(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), formats.date_short(value))


def _moment(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        value.isoformat(), formats.datetime_(value), formats.ago(value),
    )  # fmt: skip


def _relation(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    name = labels.get(field.target, value)
    if not name:
        return format_html('<span class="text-muted">{}</span>', _("not visible to you"))
    if field.target == "user":
        return format_html(
            '<span class="flex items-center gap-2 min-w-0">{}<bdi class="cut">{}</bdi></span>', avatar(name, value), name
        )
    return format_html('<bdi title="{}">{}</bdi>', name, name) if len(name) > 28 else format_html("<bdi>{}</bdi>", name)


def _relation_link(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    name, address = labels.get(field.target, value), record_url(field.target, value)
    if not name or not address:
        return _relation(field, value, record, labels)
    return format_html('<a class="link" href="{}"><bdi>{}</bdi></a>', address, name)


def _email(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    return format_html('<a class="hover:underline" href="mailto:{}"><bdi dir="ltr">{}</bdi></a>', value, value)


def _phone(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    shown = formats.phone(str(value))
    return format_html('<a class="hover:underline" href="tel:{}"><bdi dir="ltr" class="num">{}</bdi></a>', value, shown)


def _url(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    parts = urlsplit(str(value))
    if parts.scheme not in {"http", "https"}:
        return format_html('<bdi dir="ltr">{}</bdi>', value)
    shown = parts.netloc.removeprefix("www.") + (parts.path if parts.path != "/" else "")
    return format_html(
        '<a class="hover:underline" href="{}" target="_blank" rel="noopener noreferrer"><bdi dir="ltr">{}</bdi></a>',
        value, shown,
    )  # fmt: skip


def _longtext(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    return format_html('<span class="whitespace-pre-line" dir="auto">{}</span>', value)


def _host(field: Field, value: Any, record: Any, labels: Labels) -> SafeString:
    return format_html('<bdi dir="ltr" title="{}">{}</bdi>', value, urlsplit(str(value)).netloc.removeprefix("www."))


_Draw = Callable[[Field, Any, Any, Labels], SafeString]
_DRAW: dict[str, _Draw] = {"date": _date, "datetime": _moment, "relation": _relation, "url": _host}
_LINKED: dict[str, _Draw] = {
    "relation": _relation_link, "email": _email, "phone": _phone, "url": _url, "longtext": _longtext
}
