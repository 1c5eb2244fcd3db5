"""Who reads toman types toman; programs say rial."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from kernel.access import Actor
from kernel.clean import clean_values
from kernel.context import Tenant, door, tenant_context
from kernel.formats import Locale, use_locale
from kernel.money_input import for_typing
from kernel.query import parse_filters

pytestmark = pytest.mark.django_db


@pytest.fixture
def iranian(tenant: Tenant) -> Iterator[Tenant]:
    preferences = {**tenant.preferences, "currency": "IRR"}
    with tenant_context(replace(tenant, preferences=preferences)) as bound, use_locale(Locale.default("fa")):
        yield bound


@pytest.mark.parametrize(("source", "stored"), [("web", 10_540), ("api", 1_054), ("import", 1_054)])
def test_a_bare_amount_is_in_the_unit_of_whoever_gives_it(
    iranian: Tenant, manager: Actor, source: str, stored: int
) -> None:
    with door(source):  # type: ignore[arg-type] # the three of the parameters are sources
        assert clean_values("product", {"name": "X", "unit_price": "۱٬۰۵۴"}, actor=manager)["unit_price"] == stored
        (found,) = parse_filters("deal", {"amount__gte": "1054"})
        assert found.values == (stored,)


def test_what_stands_in_a_box_means_the_same_when_sent_back(iranian: Tenant, manager: Actor) -> None:
    with door("web"):
        shown = for_typing(Decimal(10_540), "IRR")
        assert shown == 1_054
        given = {"name": "X", "unit_price": str(shown), "currency": "IRR"}
        assert clean_values("product", given, actor=manager)["unit_price"] == 10_540
        assert for_typing(Decimal(7), "EUR") == 7


def test_another_currency_is_taken_as_it_is(iranian: Tenant, manager: Actor) -> None:
    with door("web"):
        given = {"name": "X", "unit_price": "12.50", "currency": "EUR"}
        assert clean_values("product", given, actor=manager)["unit_price"] == Decimal("12.50")
