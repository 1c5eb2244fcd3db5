"""Reading the catalogue."""

from decimal import Decimal

from billing.models import Plan, Price
from billing.words import PLANS
from kernel.context import public_context
from tenants import catalogue


def prices(currency: str, period: str = Price.Period.MONTH) -> dict[str, Decimal]:
    """Amounts by price key."""
    with public_context():
        return dict(Price.objects.filter(currency=currency, period=period).values_list("key", "amount"))


def plans(currency: str) -> list[catalogue.Plan]:
    """Listed plans with their words and their price; a plan without words is not shown."""
    amounts = prices(currency)
    with public_context():
        rows = list(Plan.objects.filter(is_listed=True))
    return [
        catalogue.Plan(*PLANS[row.key], amounts.get(row.price_key), currency, row.is_featured)
        for row in rows
        if row.key in PLANS
    ]
