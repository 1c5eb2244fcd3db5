"""`{% load pv %}`: the small things components are made of."""

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import template
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, RadioSelect, Select, Textarea
from django.forms.widgets import CheckboxSelectMultiple, FileInput, Input
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy
from django_vite.core.asset_loader import DjangoViteAssetLoader  # type: ignore[import-untyped]  # it ships no types

from frontend.icons import draw_icon
from frontend.words import SHORTCUTS
from kernel import formats

register = template.Library()

TIERS: Final[tuple[Promise, ...]] = (
    gettext_lazy("Bronze"),
    gettext_lazy("Silver"),
    gettext_lazy("Gold"),
    gettext_lazy("Diamond"),
)
HUES: Final = 5
MIRRORED: Final = frozenset({
    "arrow-left", "arrow-right", "chevron-left", "chevron-right", "chevrons-left", "chevrons-right",
    "corner-down-left", "corner-down-right", "log-out", "redo-2", "reply", "send", "undo-2", "list-ordered",
    "panel-left", "panel-right",
})  # fmt: skip
"""Icons that point somewhere along the line; clocks, checks and phones never turn."""


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    return draw_icon(name, f"flip {classes}" if name in MIRRORED else classes)


@register.simple_tag
def avatar(name: object, key: object = "", classes: str = "", label: bool = False) -> SafeString:
    """Initials on one of five quiet hues. `key` (an id) fixes the hue when the name may change."""
    text = str(name or "").strip()
    hue = hue_of(key or text)
    spoken = format_html('role="img" aria-label="{}"', text) if label else mark_safe('aria-hidden="true"')
    return format_html('<span class="ava av{} {}" {}>{}</span>', hue, classes, spoken, initials(text))


@register.simple_tag
def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """A text in parts, those that answered to a search in `<mark>`."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", text) if hit else text,) for text, hit in pieces)
    )


def hue_of(key: object) -> int:
    """Which of the quiet hues is whose; the same wherever it is drawn."""
    return int(hashlib.md5(str(key).encode(), usedforsecurity=False).hexdigest(), 16) % HUES + 1


@register.filter
def initials(name: object) -> str:
    """Latin: first letters of first and last word. Arabic script: one letter (two would join)."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    # "Pump D1": a word that is only a number or code says little as an initial.
    words = [word for word in words if not any(c.isdigit() for c in word)] or words
    if not words:
        return "·"
    first = words[0][0].upper()
    if first > "\u02ff" or len(words) == 1:
        return first
    return first + words[-1][0].upper()


@register.simple_tag
def tier(rank: int | None) -> SafeString:
    """Value tier 1 to 4: bars and a word, never colour alone."""
    if rank not in (1, 2, 3, 4):
        return SafeString("")
    return format_html(
        '<span class="tier" data-t="{}"><i aria-hidden="true"><b></b><b></b><b></b><b></b></i>{}</span>',
        rank,
        TIERS[rank - 1],
    )


@register.simple_tag
def tier_mark(rank: object) -> SafeString:
    """The bars alone, beside a name: the word is said and shown on pointing."""
    if str(rank) not in {"1", "2", "3", "4"}:
        return SafeString("")
    word = TIERS[int(str(rank)) - 1]
    return format_html(
        '<span class="tier" data-t="{}" title="{}"><i aria-hidden="true"><b></b><b></b><b></b><b></b></i>'
        '<span class="sr-only">{}</span></span>',
        rank, word, word,
    )  # fmt: skip


@register.filter
def bdi(value: object, direction: str = "") -> SafeString:
    """Keep a name's own direction; `|bdi:"ltr"` for phone, e-mail, code, file name."""
    if value is None or value == "":
        return SafeString("")
    if direction == "ltr":
        return format_html('<bdi dir="ltr" class="num">{}</bdi>', value)
    return format_html("<bdi>{}</bdi>", value)


LOGO: Final = (
    '<svg class="logo" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" {1}>'
    '<rect width="24" height="24" rx="6.5" class="logo-plate"/>'
    '<g class="logo-line" stroke-width="2" stroke-linecap="round">'
    '<path d="M13.2 9.2A4.3 4.3 0 1 0 13.2 14.8"/><path d="M10.8 14.8A4.3 4.3 0 1 0 10.8 9.2"/></g></svg>'
)


@register.simple_tag
def logo(size: int = 24, label: bool = False) -> SafeString:
    spoken = format_html('role="img" aria-label="{}"', gettext("Peyvand")) if label else mark_safe('aria-hidden="true"')
    return format_html(LOGO, size, spoken)


def control_class(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return ""
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if isinstance(widget, Select):
        return "select"
    if isinstance(widget, Textarea):
        return "textarea"
    return "" if isinstance(widget, FileInput) else "input"


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """A form field's widget in our clothes: class, direction; Django itself adds aria-describedby."""
    attrs: dict[str, Any] = {
        "class": f"{field.field.widget.attrs.get('class', '')} {control_class(field)} {extra}".strip()
    }
    widget = field.field.widget
    if isinstance(widget, Input) and widget.input_type in {"email", "url", "tel", "password"}:
        attrs["dir"] = "ltr"
    elif isinstance(widget, Textarea) or (isinstance(widget, Input) and widget.input_type == "text"):
        attrs["dir"] = widget.attrs.get("dir", "auto")
    return field.as_widget(attrs=attrs)


@register.filter
def is_check(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxSelectMultiple | RadioSelect)


@register.filter
def percent_of(value: float | None, whole: float | None) -> str:
    """A share as an SVG length, always with a Latin point."""
    share = 100 * float(value or 0) / float(whole or 1)
    return f"{min(max(share, 0), 100):.4g}%"


@register.simple_tag
def field_id(name: str, given: str = "") -> str:
    """The id Django itself would give, so `label for` agrees whoever draws the control."""
    return given or f"id_{name}"


@register.simple_tag
def described(element: str, help_text: object = "", error: object = "") -> str:
    ids = [f"{element}_error"] if error else []
    return " ".join([*ids, f"{element}_helptext"] if help_text else ids)


@register.simple_tag
def aria(element: str, help_text: object = "", error: object = "") -> SafeString:
    ids = described(element, help_text, error)
    invalid = mark_safe('aria-invalid="true" ') if error else SafeString("")
    return format_html('{}aria-describedby="{}"', invalid, ids) if ids else SafeString("")


@register.simple_tag
def input_dir(kind: str, given: str = "") -> str:
    """Addresses, numbers and secrets run left to right; free text finds its own way."""
    return given or ("ltr" if kind in {"email", "url", "tel", "password", "number"} else "auto")


@register.simple_tag
def calendar_of(given: str = "") -> str:
    """The calendar asked for, else the reader's."""
    return given or formats.get_locale().calendar


@register.simple_tag
def week_start(given: str = "") -> str:
    """Counted as browsers do, Sunday 0; the kernel counts from Monday."""
    return given or str((formats.get_locale().first_weekday + 1) % 7)


@register.simple_tag
def weekend(given: str = "") -> str:
    return given or " ".join(str((day + 1) % 7) for day in sorted(formats.get_locale().weekend))


@register.filter
def keys(combination: str) -> list[str]:
    return str(combination).split()


@register.filter
def figure(value: object) -> str:
    """A count in the reader's digits, also when it came through an attribute as text."""
    if isinstance(value, int | float | Decimal):
        return formats.num(value)
    text = str(value)
    return formats.num(int(text)) if text.isdecimal() else text


@register.filter
def as_int(value: object) -> int:
    return int(str(value or 0))


@register.filter
def percent_int(value: float | None, whole: float | None) -> int:
    return round(min(max(100 * float(value or 0) / float(whole or 1), 0), 100))


@register.filter
def undo_url(message: Message) -> str:
    """`messages.success(request, text, extra_tags="undo:/undo/<id>/")` gives the toast its button."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo:") if tags.startswith("undo:/") else ""


WIDTHS: Final = ("w-3/5", "w-2/5", "w-1/2", "w-1/3", "w-2/3", "w-1/4")


@register.filter
def skeleton_widths(rows: object) -> list[str]:
    return [WIDTHS[i % len(WIDTHS)] for i in range(as_int(rows))]


@register.filter
def errors_only(found: Iterable[Message] | None) -> list[Message]:
    return [message for message in found or () if message.level >= ERROR]


@register.simple_tag
def copyright_year() -> str:
    """The year of the reader's calendar, in the reader's digits."""
    return formats.digits(formats.get_locale().cal.from_date(date.today()).year)


@register.simple_tag
def shortcuts() -> list[tuple[list[str], str | Promise]]:
    return SHORTCUTS


@register.simple_tag
def style_sheet() -> SafeString:
    """The built style alone, and nothing at all when it is missing: an error page must not fail too."""
    try:
        loader = DjangoViteAssetLoader.instance()
        tags = loader.generate_vite_asset("src/main.ts").splitlines()
        return mark_safe("".join(tag for tag in tags if 'rel="stylesheet"' in tag))  # noqa: S308 - tags of our own build
    except Exception:  # whatever broke the page may have broken this as well
        return SafeString("")
