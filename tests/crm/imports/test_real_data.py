"""The public set of 8,800 opportunities, imported as a new user would: file after file, as proposed."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from crm.models import Account
from identity.models import Team, User
from kernel.context import Tenant
from modules.sfa.models import Deal, Product, Stage
from tests.crm.imports.conftest import Import, begin, counts

DATA = Path(os.environ.get("PEYVAND_DATA") or "/nowhere") / "crm_opportunities"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="PEYVAND_DATA does not name the folder with crm_opportunities/"),
]


def test_what_is_proposed(tenant: Tenant, sara: Any, actor_for: Callable[..., Any]) -> None:
    actor = actor_for(sara)
    proposed = {
        name: begin(actor, entity, DATA / f"{name}.csv").mapping
        for name, entity in (
            ("accounts", "account"), ("products", "product"), ("sales_teams", "user"), ("sales_pipeline", "deal"),
        )
    }  # fmt: skip
    assert proposed["accounts"] == {
        "account": "name", "sector": "sector", "year_established": "year_established", "revenue": "revenue",
        "employees": "employees", "office_location": "country", "subsidiary_of": "parent",
    }  # fmt: skip
    assert proposed["products"] == {"product": "name", "series": "series", "sales_price": "unit_price"}
    assert proposed["sales_teams"] == {"sales_agent": "name", "manager": "team", "regional_office": "team.region"}
    assert proposed["sales_pipeline"] == {
        "opportunity_id": "reference", "sales_agent": "owner", "product": "product", "account": "account",
        "deal_stage": "stage", "engage_date": "opened_on", "close_date": "close_date", "close_value": "amount",
    }  # fmt: skip
    deals = begin(actor, "deal", DATA / "sales_pipeline.csv")
    assert deals.options["columns"]["engage_date"]["date_order"] == "MDY"
    assert deals.match == ["reference"]
    kinds = {column["name"]: column["kind"] for column in deals.table["columns"]}
    assert kinds["engage_date"] == "date"
    assert kinds["close_value"] == "integer"
    assert kinds["deal_stage"] == "choice"


def test_all_four_files(tenant: Tenant, sara: Any, actor_for: Callable[..., Any], do_import: Import) -> None:
    actor = actor_for(sara)
    accounts = do_import(actor, "account", DATA / "accounts.csv")
    assert counts(accounts) == (85, 0, 0, 0)
    assert accounts.related_made == {}
    bluth = Account.objects.select_related("parent").get(name="Bluth Company")
    assert bluth.parent is not None
    assert bluth.parent.name == "Acme Corporation"
    assert Account.objects.count() == 85
    assert bluth.revenue == Decimal("1242.32")

    products = do_import(actor, "product", DATA / "products.csv")
    assert counts(products) == (7, 0, 0, 0)

    people = do_import(actor, "user", DATA / "sales_teams.csv")
    assert counts(people) == (35, 0, 0, 0)
    assert people.related_made == {"team": 6}
    darcel = User.objects.select_related("team").get(name="Darcel Schlecht")
    assert (darcel.team.name, darcel.team.region) == ("Melvin Marxen", "Central")
    assert Team.objects.get(name="Summer Sewald").region == "West"

    users, stages = User.objects.count(), Stage.objects.count()
    deals = do_import(actor, "deal", DATA / "sales_pipeline.csv")
    assert counts(deals) == (8800, 0, 0, 0)
    assert deals.related_made == {}
    won = Deal.objects.filter(kind="won")
    assert won.count() == 4238
    assert won.aggregate(sum=Sum("amount"))["sum"] == Decimal(10_005_534)
    assert Deal.objects.filter(kind="lost").count() == 2473
    assert Product.objects.count() == 7  # "GTXPro" met "GTX Pro"
    assert (User.objects.count(), Stage.objects.count()) == (users, stages)
    assert Deal.objects.filter(product__name="GTX Pro").count() == 1480
    deal = Deal.objects.get(reference="1C1I7A6R")
    assert (deal.opened_on, deal.close_date, deal.amount) == (date(2016, 10, 20), date(2017, 3, 1), Decimal(1054))
    assert deal.name == "Cancity – GTX Plus Basic"
    assert Deal.objects.filter(account=None).count() == 1425

    again = do_import(actor, "deal", DATA / "sales_pipeline.csv")
    assert counts(again) == (0, 0, 8800, 0)


def test_deals_alone_bring_what_they_name(
    tenant: Tenant, sara: Any, actor_for: Callable[..., Any], do_import: Import
) -> None:
    run = do_import(actor_for(sara), "deal", DATA / "sales_pipeline.csv")
    assert counts(run) == (8800, 0, 0, 0)
    assert run.related_made == {"account": 85, "product": 7, "user": 30}
    assert Counter(Deal.objects.values_list("stage__key", flat=True)) == {
        "won": 4238, "lost": 2473, "engaging": 1589, "prospecting": 500,
    }  # fmt: skip
    assert set(User.objects.filter(name="Moses Frase").values_list("state", flat=True)) == {"placeholder"}
