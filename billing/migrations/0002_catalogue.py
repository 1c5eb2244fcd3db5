"""The first price list: for one user and one month, without VAT."""

from decimal import Decimal
from typing import Any

from django.db import migrations

PLANS = (("starter", 1, False), ("professional", 2, True), ("enterprise", 3, False))
#: key → Rial, Euro
PRICES = {
    "plan.starter": (1_900_000, "9"),
    "plan.professional": (2_900_000, "15"),
    "sfa": (3_900_000, "16"),
    "marketing": (3_100_000, "12"),
    "support": (3_400_000, "14"),
    "analytics": (2_900_000, "12"),
}


def fill(apps: Any, _schema_editor: Any) -> None:
    plan, price = apps.get_model("billing", "Plan"), apps.get_model("billing", "Price")
    for key, position, featured in PLANS:
        plan.objects.update_or_create(key=key, defaults={"position": position, "is_featured": featured})
    for key, (rial, euro) in PRICES.items():
        for currency, amount in (("IRR", Decimal(rial)), ("EUR", Decimal(euro))):
            price.objects.update_or_create(key=key, currency=currency, period="month", defaults={"amount": amount})


class Migration(migrations.Migration):
    dependencies = (("billing", "0001_first"),)
    operations = (migrations.RunPython(fill, migrations.RunPython.noop),)
