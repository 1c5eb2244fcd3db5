"""A field's value for the eye: as plain text and as a cell's HTML. Drawn in Python, since a list has hundreds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.links import record_url
from crm.selectors.tags import Worn
from frontend.icons import draw_icon
from frontend.templatetags.pv import avatar, tier, tier_mark
from kernel import compound, formats
from kernel.derived.rollups import MIXED
from kernel.registry import Field

EMPTY = SafeString("")
_TEXT: dict[str, Callable[[Any], str]] = {
    "integer": formats.num, "decimal": formats.num, "percent": formats.pct, "date": formats.date_short,
    "datetime": formats.datetime_, "phone": formats.phone,
}  # fmt: skip
_LATIN = frozenset({"email", "phone", "url", "national_id", "legal_id", "iban", "postal_code", "uuid", "autonumber"})
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


def tag_chips(tags: Iterable[Worn]) -> SafeString:
    """The tags of a record as a cell of its row."""
    shape = '<span class="tagchip tagmini tc-{}"><bdi>{}</bdi></span>'
    chips = format_html_join("", shape, ((tag.colour, tag.name) for tag in tags))
    return format_html('<span class="tagrow">{}</span>', chips) if chips else chips


def cell(field: Field, record: Any, labels: Labels, *, links: bool = False) -> SafeString:
    """What stands in a table's cell or, with links, beside a label on the record page.

    A cell that is edited in place is a button, and a button holds no links: hence tables go without.
    """
    value = getattr(record, field.column)
    if value in (None, "", []):
        # A roll-up that found several currencies adds nothing up, and says so.
        mixed = field.derived and currency_of(field, record) == MIXED
        return format_html('<span class="text-muted">{}</span>', _("several currencies")) if mixed else EMPTY
    draw = _LINKED.get(field.kind) if links else None
    return (draw or _DRAW.get(field.kind, _plain))(_Value(field, value, record, labels))


@dataclass(frozen=True)
class _Value:
    """One value with all that drawing it may ask for."""

    field: Field
    value: Any
    record: Any
    labels: Labels


def _plain(one: _Value) -> SafeString:
    text = value_text(one.field, one.value, currency=currency_of(one.field, one.record))
    if one.field.kind in _LATIN:
        return format_html('<bdi dir="ltr" class="num">{}</bdi>', text)
    if one.field.numeric:
        return format_html('<span class="num">{}</span>', text)
    if one.field.kind == "text":
        return (
            format_html('<bdi title="{}">{}</bdi>', text, text)
            if len(text) > 28
            else format_html("<bdi>{}</bdi>", text)
        )
    return format_html("<bdi>{}</bdi>", text)


def _date(one: _Value) -> SafeString:
    return format_html(
        '<time class="num" datetime="{}">{}</time>', one.value.isoformat(), formats.date_short(one.value)
    )


def _moment(one: _Value) -> SafeString:
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        one.value.isoformat(), formats.datetime_(one.value), formats.ago(one.value),
    )  # fmt: skip


def choice_chip(field: Field, value: Any) -> SafeString:
    """A choice in its colour; without one, its words alone."""
    text, colour = choice_text(field, value), field.colour_of.get(str(value))
    if not colour:
        return format_html("<bdi>{}</bdi>", text)
    return format_html('<span class="chip tint-{}"><bdi>{}</bdi></span>', colour, text)


def _choice(one: _Value) -> SafeString:
    if one.field.name == "tier" and str(one.value).isdigit():
        return tier(int(one.value))
    return choice_chip(one.field, one.value)


def _choices(one: _Value) -> SafeString:
    if not one.field.colours:
        return _plain(one)
    chips = format_html_join("", "{}", ((choice_chip(one.field, value),) for value in one.value))
    return format_html('<span class="flex flex-wrap gap-1 min-w-0">{}</span>', chips)


def _stars(one: _Value) -> SafeString:
    """Stars for the eye, a number for the ear."""
    number = int(one.value)
    told = _("%(n)s of %(all)s stars") % {"n": formats.num(number), "all": formats.num(STARS)}
    return format_html(
        '<span class="stars" role="img" aria-label="{}"><b aria-hidden="true">{}<i>{}</i></b></span>',
        told, "★" * number, "★" * (STARS - number),
    )  # fmt: skip


def _yes_no(one: _Value) -> SafeString:
    """A no is what most boxes say: it stays quiet."""
    return format_html("<bdi>{}</bdi>", yes_no(one.value)) if one.value or one.field.stored else EMPTY


def _file(one: _Value) -> SafeString:
    return format_html(
        '<span class="flex items-center gap-1.5 min-w-0">{}<bdi dir="ltr" class="cut">{}</bdi></span>',
        draw_icon("file-text"), one.value["name"],
    )  # fmt: skip


def _file_link(one: _Value) -> SafeString:
    address = reverse("crm:field_file", args=[one.record.entity_name, one.record.pk, one.field.name])
    return format_html(
        '<a class="link" href="{}"><bdi dir="ltr">{}</bdi></a> <span class="text-muted text-xs">{}</span>',
        address, one.value["name"], formats.filesize(one.value["size"]),
    )  # fmt: skip


def _address_block(one: _Value) -> SafeString:
    """As on an envelope."""
    parts = [str(one.value[part]) for part in compound.PARTS if one.value.get(part)]
    lines = format_html_join(SafeString("<br>"), "<bdi>{}</bdi>", ((part,) for part in parts))
    return format_html('<span class="block">{}</span>', lines)


def _relation(one: _Value) -> SafeString:
    name = one.labels.get(one.field.target, one.value)
    if not name:
        return format_html('<span class="text-muted">{}</span>', _("not visible to you"))
    if one.labels.is_deleted(one.value):
        return format_html('<span class="text-muted"><s><bdi>{}</bdi></s> ({})</span>', name, _("deleted"))
    if one.field.target == "user":
        return format_html(
            '<span class="flex items-center gap-2 min-w-0">{}<bdi class="cut">{}</bdi></span>',
            avatar(name, one.value),
            name,
        )
    long = format_html(' title="{}"', name) if len(name) > 28 else ""
    plain = format_html("<bdi{}>{}</bdi>", long, name)
    return _with_tier(plain, one)


def _with_tier(html: SafeString, one: _Value) -> SafeString:
    """A customer's worth is always in sight: its bars beside its name."""
    mark = tier_mark(one.labels.tier(one.value))
    return format_html('<span class="withtier">{}{}</span>', html, mark) if mark else html


def _relation_link(one: _Value) -> SafeString:
    name, address = one.labels.get(one.field.target, one.value), record_url(one.field.target, one.value)
    if not name or not address or one.labels.is_deleted(one.value):
        return _relation(one)
    return _with_tier(format_html('<a class="link" href="{}"><bdi>{}</bdi></a>', address, name), one)


def _email(one: _Value) -> SafeString:
    return format_html('<a class="reach" href="mailto:{}"><bdi dir="ltr">{}</bdi></a>', one.value, one.value)


def _phone(one: _Value) -> SafeString:
    shown = formats.phone(str(one.value))
    return format_html('<a class="reach" href="tel:{}"><bdi dir="ltr" class="num">{}</bdi></a>', one.value, shown)


def _url(one: _Value) -> SafeString:
    parts = urlsplit(str(one.value))
    if parts.scheme not in {"http", "https"}:
        return format_html('<bdi dir="ltr">{}</bdi>', one.value)
    shown = parts.netloc.removeprefix("www.") + (parts.path if parts.path != "/" else "")
    return format_html(
        '<a class="reach" href="{}" target="_blank" rel="noopener noreferrer"><bdi dir="ltr">{}</bdi></a>',
        one.value, shown,
    )  # fmt: skip


def _longtext(one: _Value) -> SafeString:
    return format_html('<span class="whitespace-pre-line" dir="auto">{}</span>', one.value)


def _host(one: _Value) -> SafeString:
    return format_html(
        '<bdi dir="ltr" title="{}">{}</bdi>', one.value, urlsplit(str(one.value)).netloc.removeprefix("www.")
    )


_Draw = Callable[[_Value], SafeString]
_DRAW: dict[str, _Draw] = {
    "date": _date, "datetime": _moment, "relation": _relation, "url": _host, "choice": _choice,
    "multichoice": _choices, "rating": _stars, "file": _file, "bool": _yes_no,
}  # fmt: skip
_LINKED: dict[str, _Draw] = {
    "relation": _relation_link,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "longtext": _longtext,
    "file": _file_link,
    "address": _address_block,
}
