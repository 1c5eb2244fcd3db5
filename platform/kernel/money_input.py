"""Amounts as people type them. Whole rials are stored; who reads toman also types toman.

Only people's own hands are meant: a program on the API says and hears rial.
"""

from decimal import Decimal

from kernel.context import get_door, get_tenant
from kernel.currencies import RIALS_PER_TOMAN
from kernel.formats import get_locale
from kernel.money import RialUnit


def home_currency() -> str:
    """The workspace's own currency: what an amount is in where nothing else is said."""
    tenant = get_tenant()
    return str(tenant.preferences.get("currency") or "") if tenant else ""


def typed_unit() -> RialUnit:
    """The unit of a bare number that comes in now."""
    return get_locale().currency_display if get_door().source == "web" else "rial"


def for_typing(amount: Decimal, currency: str) -> Decimal:
    """A stored amount as it stands in a box to be edited."""
    return amount / RIALS_PER_TOMAN if currency == "IRR" and typed_unit() == "toman" else amount
