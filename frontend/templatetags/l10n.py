"""Template filters: thin names for `kernel.formats`, so that a template never formats by itself.

`{% load l10n %}` finds this library before Django's own of that name, so it carries that one's tags too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django import template
from django.templatetags import l10n as django_l10n
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel import formats

register = template.Library()
register.tags.update(django_l10n.register.tags)
register.filters.update(django_l10n.register.filters)

Number = Decimal | int | float


def _is_number(value: object) -> bool:
    return isinstance(value, Decimal | int | float) and not isinstance(value, bool)


@register.filter
def num(value: Number | None, places: int | None = None) -> str:
    return formats.num(value, places) if _is_number(value) else ""


@register.filter
def compact(value: Number | None) -> str:
    return formats.compact(value) if _is_number(value) else ""


@register.filter
def pct(value: Number | None, places: int | None = None) -> str:
    return formats.pct(value, places) if _is_number(value) else ""


@register.filter
def money(value: Decimal | int | None, currency: str = "IRR") -> str:
    return formats.money(value, currency) if _is_number(value) else ""


@register.filter
def money_bare(value: Decimal | int | None, currency: str = "IRR") -> str:
    """Without unit, for a column that names it in its head (`money_unit`)."""
    return formats.money(value, currency, unit=False) if _is_number(value) else ""


@register.filter
def money_compact(value: Decimal | int | None, currency: str = "IRR") -> str:
    return formats.money_compact(value, currency) if _is_number(value) else ""


@register.filter
def money_unit(currency: str) -> str:
    return formats.money_unit(currency)


@register.filter
def date_short(value: date | None) -> str:
    return formats.date_short(value) if isinstance(value, date) else ""


@register.filter
def date_long(value: date | None) -> str:
    return formats.date_long(value) if isinstance(value, date) else ""


@register.filter(name="datetime")
def datetime_(value: datetime | None) -> str:
    return formats.datetime_(value) if isinstance(value, datetime) else ""


@register.filter
def time(value: datetime | None) -> str:
    return formats.time_(value) if isinstance(value, datetime) else ""


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """Relative, with the exact moment for machines and on hover."""
    if not isinstance(value, datetime):
        return ""
    moment = value if timezone.is_aware(value) else value.replace(tzinfo=UTC)
    exact = f"{formats.date_long(moment)}, {formats.time_(moment)}"
    if formats.get_locale().language == "fa":
        exact = f"{formats.date_long(moment)}، ساعت {formats.time_(moment)}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        exact,
        formats.ago(moment),
    )


@register.filter
def digits(value: object) -> str:
    return "" if value is None else formats.digits(value)


@register.filter
def filesize(value: int | None) -> str:
    return formats.filesize(value) if isinstance(value, int) else ""


@register.filter
def phone(value: str | None) -> SafeString | str:
    return format_html('<bdi dir="ltr">{}</bdi>', formats.phone(value)) if value else ""
