"""How a person reads: the organization's settings with the person's own choice on top."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.context import Tenant
from kernel.formats import Locale

#: What an organization may set; a person may override the first four.
PERSONAL = ("language", "calendar", "digits", "time_zone")
KEYS = (*PERSONAL, "first_weekday", "weekend", "currency_display", "fiscal_first_month")


def locale_of(tenant: Tenant | None, user: Any = None, *, language: str = "") -> Locale:
    """The reader's Locale. `language` decides where neither the person nor the organization has one."""
    organization: Mapping[str, Any] = tenant.preferences if tenant else {}
    own = {key: getattr(user, key, "") for key in PERSONAL if getattr(user, key, "")}
    spoken = own.get("language") or organization.get("language") or language or "en"
    locale = Locale.default(str(spoken))
    if spoken != organization.get("language", spoken):
        # Reading another language than the organization's, one gets that language's own habits of script and
        # calendar, but the organization's week, zone and money.
        organization = {k: v for k, v in organization.items() if k not in ("calendar", "digits")}
    merged = {**{k: v for k, v in organization.items() if k in KEYS and v not in (None, "")}, **own}
    merged.pop("language", None)
    if "weekend" in merged:
        merged["weekend"] = frozenset(merged["weekend"])
    return replace(locale, **merged)
