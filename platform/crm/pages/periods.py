"""Spans of time said relatively, in the words of a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.calendars.relative import RELATIVE

_WORDS: dict[str, str | Promise] = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "last_quarter": _("last quarter"),
    "next_quarter": _("next quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
    "next_year": _("next year"),
    "last_7_days": _("in the last 7 days"),
    "last_30_days": _("in the last 30 days"),
    "last_90_days": _("in the last 90 days"),
    "next_7_days": _("in the next 7 days"),
    "next_30_days": _("in the next 30 days"),
    "next_90_days": _("in the next 90 days"),
    "past": _("before today"),
    "future": _("after today"),
}


def period_label(name: str) -> str:
    return str(_WORDS.get(name, name.replace("_", " ")))


def periods() -> list[tuple[str, str]]:
    """The periods that can be chosen, in the order of their words above."""
    known = [name for name in _WORDS if name in RELATIVE]
    return [(name, period_label(name)) for name in [*known, *(n for n in RELATIVE if n not in _WORDS)]]
