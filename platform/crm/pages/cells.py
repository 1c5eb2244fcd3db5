"""A cell's HTML. A list has hundreds of them: what a column's cells have in common is worked out once (`drawer`), and
the text of each is escaped and put in its place by hand.
"""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.links import record_url
from crm.pages.values import STARS, choice_text, currency_of, is_ordinal, money_text, value_text, yes_no
from frontend.icons import draw_icon
from frontend.templatetags.pv import avatar, tier, tier_mark
from kernel import compound, formats
from kernel.custom import reader
from kernel.derived.rollups import MIXED
from kernel.registry import Field

EMPTY = SafeString("")
#: From (value, record) to HTML, made once for a field of a list.
Draw = Callable[[Any, Any], str]
_LATIN = frozenset({"email", "phone", "url", "national_id", "legal_id", "iban", "postal_code", "uuid", "autonumber"})
#: Beyond so many letters a cell may cut its text off: the whole of it is shown on pointing.
_LONG = 28


def cell(field: Field, record: Any, labels: Labels, *, links: bool = False) -> SafeString:
    """What stands in a table's cell or, with links, beside a label on the record page."""
    return drawer(field, labels, links=links)(record)


def drawer(field: Field, labels: Labels, *, links: bool = False) -> Callable[[Any], SafeString]:
    """Draws this field's cell of one record after the other.

    A cell that is edited in place is a button, and a button holds no links: hence tables go without.
    """
    make = (_LINKED.get(field.kind) if links else None) or _DRAW.get(field.kind, _plain)
    draw, value_of = make(field, labels), reader(field)
    # A roll-up that found several currencies adds nothing up, and says so.
    several = format_html('<span class="text-muted">{}</span>', _("several currencies")) if field.derived else EMPTY

    def drawn(record: Any) -> SafeString:
        value = value_of(record)
        if value in (None, "", []):
            return several if several and currency_of(field, record) == MIXED else EMPTY
        return SafeString(draw(value, record))

    return drawn


def _plain(field: Field, labels: Labels) -> Draw:
    text = _texts(field)
    if field.kind in _LATIN:
        return lambda value, record: f'<bdi dir="ltr" class="num">{escape(text(value, record))}</bdi>'
    if field.numeric:
        return lambda value, record: f'<span class="num">{escape(text(value, record))}</span>'
    if field.kind == "text":
        return lambda value, record: _titled(text(value, record))
    return lambda value, record: f"<bdi>{escape(text(value, record))}</bdi>"


def _texts(field: Field) -> Callable[[Any, Any], str]:
    """`value_text` of a field, with its currency; for what is common without asking again what kind it is."""
    if field.kind == "money":
        return lambda value, record: money_text(value, currency_of(field, record))
    if field.kind in ("text", "email", "url"):
        return lambda value, record: str(value)
    if field.kind == "phone":
        return lambda value, record: formats.phone(str(value))
    if field.kind == "integer" and not is_ordinal(field):
        return lambda value, record: formats.num(value)
    return lambda value, record: value_text(field, value)


def _titled(text: str) -> str:
    shown = escape(text)
    return f'<bdi title="{shown}">{shown}</bdi>' if len(text) > _LONG else f"<bdi>{shown}</bdi>"


def _date(field: Field, labels: Labels) -> Draw:
    return lambda value, record: (
        f'<time class="num" datetime="{value.isoformat()}">{escape(formats.date_short(value))}</time>'
    )


def _moment(field: Field, labels: Labels) -> Draw:
    return lambda value, record: (
        f'<time class="num" datetime="{value.isoformat()}" title="{escape(formats.datetime_(value))}">'
        f"{escape(formats.ago(value))}</time>"
    )


def choice_chip(field: Field, value: Any) -> SafeString:
    """A choice in its colour; without one, its words alone."""
    text, colour = choice_text(field, value), field.colour_of.get(str(value))
    if not colour:
        return format_html("<bdi>{}</bdi>", text)
    return format_html('<span class="chip tint-{}"><bdi>{}</bdi></span>', colour, text)


def _kept(draw: Callable[[Any], str]) -> Draw:
    """For what says the same of the same value: few values stand in many rows."""
    known: dict[Any, str] = {}

    def drawn(value: Any, record: Any) -> str:
        if value not in known:
            known[value] = draw(value)
        return known[value]

    return drawn


def _choice(field: Field, labels: Labels) -> Draw:
    by_rank = field.name == "tier"
    return _kept(lambda value: tier(int(value)) if by_rank and str(value).isdigit() else choice_chip(field, value))


def _choices(field: Field, labels: Labels) -> Draw:
    if not field.colours:
        return _plain(field, labels)
    chip = _kept(lambda one: choice_chip(field, one))
    return lambda value, record: (
        f'<span class="flex flex-wrap gap-1 min-w-0">{"".join(chip(one, record) for one in value)}</span>'
    )


def _stars(field: Field, labels: Labels) -> Draw:
    """Stars for the eye, a number for the ear."""

    def drawn(value: Any) -> str:
        number = int(value)
        told = _("%(n)s of %(all)s stars") % {"n": formats.num(number), "all": formats.num(STARS)}
        return format_html(
            '<span class="stars" role="img" aria-label="{}"><b aria-hidden="true">{}<i>{}</i></b></span>',
            told, "★" * number, "★" * (STARS - number),
        )  # fmt: skip

    return _kept(drawn)


def _yes_no(field: Field, labels: Labels) -> Draw:
    """A no is what most boxes say: it stays quiet."""
    return _kept(lambda value: format_html("<bdi>{}</bdi>", yes_no(value)) if value or field.stored else EMPTY)


def _file(field: Field, labels: Labels) -> Draw:
    return lambda value, record: format_html(
        '<span class="flex items-center gap-1.5 min-w-0">{}<bdi dir="ltr" class="cut">{}</bdi></span>',
        draw_icon("file-text"), value["name"],
    )  # fmt: skip


def _file_link(field: Field, labels: Labels) -> Draw:
    return lambda value, record: format_html(
        '<a class="link" href="{}"><bdi dir="ltr">{}</bdi></a> <span class="text-muted text-xs">{}</span>',
        reverse("crm:field_file", args=[record.entity_name, record.pk, field.name]), value["name"],
        formats.filesize(value["size"]),
    )  # fmt: skip


def _address_block(field: Field, labels: Labels) -> Draw:
    """As on an envelope."""

    def drawn(value: Any, record: Any) -> str:
        lines = (f"<bdi>{escape(str(value[part]))}</bdi>" for part in compound.PARTS if value.get(part))
        return f'<span class="block">{"<br>".join(lines)}</span>'

    return drawn


def _relation(field: Field, labels: Labels) -> Draw:
    return _kept(lambda pk: _related(field, labels, pk))


def _related(field: Field, labels: Labels, pk: Any) -> SafeString:
    name = labels.get(field.target, pk)
    if not name:
        return format_html('<span class="text-muted">{}</span>', _("not visible to you"))
    if labels.is_deleted(pk):
        return format_html('<span class="text-muted"><s><bdi>{}</bdi></s> ({})</span>', name, _("deleted"))
    if field.target == "user":
        return format_html(
            '<span class="flex items-center gap-2 min-w-0">{}<bdi class="cut">{}</bdi></span>', avatar(name, pk), name
        )
    return _with_tier(SafeString(_titled(name)), labels, pk)


def _with_tier(html: SafeString, labels: Labels, pk: Any) -> SafeString:
    """A customer's worth is always in sight: its bars beside its name."""
    mark = tier_mark(labels.tier(pk))
    return format_html('<span class="withtier">{}{}</span>', html, mark) if mark else html


def _relation_link(field: Field, labels: Labels) -> Draw:
    def drawn(pk: Any) -> str:
        name, address = labels.get(field.target, pk), record_url(field.target, pk)
        if not name or not address or labels.is_deleted(pk):
            return _related(field, labels, pk)
        return _with_tier(format_html('<a class="link" href="{}"><bdi>{}</bdi></a>', address, name), labels, pk)

    return _kept(drawn)


def _email(field: Field, labels: Labels) -> Draw:
    return lambda value, record: format_html(
        '<a class="reach" href="mailto:{}"><bdi dir="ltr">{}</bdi></a>', value, value
    )


def _phone(field: Field, labels: Labels) -> Draw:
    return lambda value, record: format_html(
        '<a class="reach" href="tel:{}"><bdi dir="ltr" class="num">{}</bdi></a>', value, formats.phone(str(value))
    )


def _url(field: Field, labels: Labels) -> Draw:
    def drawn(value: Any, record: Any) -> str:
        parts = urlsplit(str(value))
        if parts.scheme not in {"http", "https"}:
            return format_html('<bdi dir="ltr">{}</bdi>', value)
        shown = parts.netloc.removeprefix("www.") + (parts.path if parts.path != "/" else "")
        return format_html(
            '<a class="reach" href="{}" target="_blank" rel="noopener noreferrer"><bdi dir="ltr">{}</bdi></a>',
            value, shown,
        )  # fmt: skip

    return drawn


def _longtext(field: Field, labels: Labels) -> Draw:
    return lambda value, record: f'<span class="whitespace-pre-line" dir="auto">{escape(str(value))}</span>'


def _host(field: Field, labels: Labels) -> Draw:
    return lambda value, record: format_html(
        '<bdi dir="ltr" title="{}">{}</bdi>', value, urlsplit(str(value)).netloc.removeprefix("www.")
    )


_Make = Callable[[Field, Labels], Draw]
_DRAW: dict[str, _Make] = {
    "date": _date, "datetime": _moment, "relation": _relation, "url": _host, "choice": _choice,
    "multichoice": _choices, "rating": _stars, "file": _file, "bool": _yes_no,
}  # fmt: skip
_LINKED: dict[str, _Make] = {
    "relation": _relation_link,
    "email": _email,
    "phone": _phone,
    "url": _url,
    "longtext": _longtext,
    "file": _file_link,
    "address": _address_block,
}
