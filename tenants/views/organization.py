"""Settings › Organization: name, language, and how the workspace counts days and money."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontend.views.access import permission
from kernel.calendars import CALENDARS
from kernel.calendars.base import WEEKDAYS, Language
from kernel.currencies import CURRENCIES
from kernel.errors import Invalid
from tenants.forms import Draft
from tenants.preferences import with_defaults
from tenants.selectors import current_organization
from tenants.services.closing import CLOSE
from tenants.services.organizations import CHANGE, change_organization

_KEYS = ("calendar", "digits", "first_weekday", "time_zone", "currency", "currency_display", "fiscal_first_month")
_NUMBERS = ("first_weekday", "fiscal_first_month")


@permission(CHANGE)
@require_http_methods(["GET", "POST"])
def organization(request: Any) -> HttpResponse:
    found = current_organization()
    kept = with_defaults(found.preferences, found.language)
    draft = Draft({"name": found.name, "language": found.language, **{key: str(kept[key]) for key in _KEYS}})
    weekend = {str(day) for day in kept["weekend"]}
    if request.method == "POST":
        draft.values = {name: request.POST.get(name, "") for name in draft.values}
        weekend = set(request.POST.getlist("weekend"))
        try:
            change_organization(
                actor=request.actor, name=draft.values["name"], language=draft.values["language"],
                preferences=_preferences(draft.values, weekend),
            )  # fmt: skip
        except Invalid as error:
            draft.refused(error)
        else:
            messages.success(request, _("Saved. Every page follows from now on."))
            return HttpResponseRedirect(reverse("tenants:organization"))
    context = {"organization": found, "draft": draft, "weekend": weekend, **_choices(draft.values)}
    context["may_close"] = request.actor.may(CLOSE)
    return render(request, "tenants/organization.html", context, status=422 if draft.errors else 200)


def _preferences(values: dict[str, str], weekend: set[str]) -> dict[str, Any]:
    """Numbers as numbers; what is none stays text, which the service refuses by name."""
    read: dict[str, Any] = {key: values[key] for key in _KEYS}
    for key in _NUMBERS:
        read[key] = int(values[key]) if values[key].isdecimal() else values[key]
    return {**read, "weekend": sorted(int(day) for day in weekend if day.isdecimal())}


def _choices(values: dict[str, str]) -> dict[str, Any]:
    language = _language()
    fa = language == "fa"
    order = (5, 6, 0, 1, 2, 3, 4) if fa else range(7)
    days = [(str(day), WEEKDAYS[language][day]) for day in order]
    return {
        "languages": settings.LANGUAGES, "days": days,
        "zones": [(zone, zone) for zone in sorted(zoneinfo.available_timezones())],
        "calendars": [("gregorian", _("Gregorian")), ("jalali", _("Jalali"))],
        "digit_kinds": [("latin", _("Latin (123)")), ("fa", _("Persian (۱۲۳)"))],
        "currencies": [(c.code, f"{c.name_fa if fa else c.name_en} ({c.code})") for c in CURRENCIES.values()],
        "displays": [("toman", _("Toman")), ("rial", _("Rial"))],
        "months": _months(values.get("calendar", "")),
    }  # fmt: skip


def _language() -> Language:
    return "fa" if (get_language() or "").startswith("fa") else "en"


def _months(calendar: str) -> list[tuple[str, str]]:
    known = CALENDARS.get(calendar) or CALENDARS["gregorian"]
    return [(str(n), name) for n, name in enumerate(known.months[_language()], start=1)]
