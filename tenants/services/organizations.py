"""An organization's own settings."""

import zoneinfo
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.context import public_context, require_tenant
from kernel.currencies import CURRENCIES
from kernel.derived import refill_all
from kernel.errors import Invalid, Problem
from tenants.models import Organization
from tenants.preferences import with_defaults

CHANGE = "tenants.organization.change"
CALENDARS = ("gregorian", "jalali")
DIGITS = ("latin", "fa")
CURRENCY_DISPLAYS = ("rial", "toman")
#: What formulas and roll-ups depend on beside records.
_CALCULATED_BY = {"language", "calendar", "time_zone", "currency"}


@transaction.atomic
def change_organization(*, actor: Actor, name: str, language: str, preferences: Mapping[str, Any]) -> Organization:
    """Name, language and habits; everything that is wrong is said at once, and nothing is saved then."""
    require(actor, CHANGE)
    problems = _problems(name.strip(), language, preferences)
    if problems:
        raise Invalid(problems)
    tenant = require_tenant()
    with public_context():
        organization: Organization = Organization.objects.select_for_update().get(pk=tenant.id)
    before = {"name": organization.name, "language": organization.language, **_full(organization)}
    organization.name, organization.language = name.strip(), language
    organization.preferences = {**organization.preferences, **preferences}
    after = {"name": organization.name, "language": organization.language, **_full(organization)}
    changes = {key: [before.get(key), new] for key, new in after.items() if before.get(key) != new}
    if changes:
        with public_context():
            organization.save(update_fields=["name", "language", "preferences"])
        record_act("changed", actor=actor, entity="organization", label=organization.name, changes=changes)
    if changes.keys() & _CALCULATED_BY:
        refill_all()
    return organization


def _full(organization: Organization) -> dict[str, Any]:
    return with_defaults(organization.preferences, organization.language)


def _problems(name: str, language: str, preferences: Mapping[str, Any]) -> dict[str, list[Problem]]:
    choose = Problem("unknown_choice", _("Choose one of the list."))
    allowed: dict[str, Any] = {
        "calendar": CALENDARS, "digits": DIGITS, "currency_display": CURRENCY_DISPLAYS, "currency": CURRENCIES,
        "first_weekday": range(7), "fiscal_first_month": range(1, 13), "time_zone": zoneinfo.available_timezones(),
    }  # fmt: skip
    problems: dict[str, list[Problem]] = {}
    if not name:
        problems["name"] = [Problem("required", _("Enter the name of your organization."))]
    elif len(name) > 150:
        problems["name"] = [Problem("too_long", _("Use at most 150 characters."))]
    if language not in dict(settings.LANGUAGES):
        problems["language"] = [choose]
    for key, value in preferences.items():
        if key == "weekend":
            if not set(value) <= set(range(7)) or len(set(value)) == 7:
                problems[key] = [Problem("weekend", _("Leave at least one working day."))]
        elif key not in allowed or value not in allowed[key]:
            problems[key] = [choose]
    return problems
