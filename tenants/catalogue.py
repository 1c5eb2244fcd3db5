"""What engines cost, as far as pages of tenancy show it. Billing knows; it sets the source at start-up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kernel.context import Tenant
from kernel.errors import Text
from kernel.registry import Module, registry


@dataclass(frozen=True)
class Plan:
    label: Text
    tagline: Text
    features: tuple[Text, ...]
    price: Decimal | None
    currency: str
    featured: bool = False


@dataclass(frozen=True)
class Offer:
    """An engine as the catalogue shows it. `price` is for one user and one month; None where nobody has set one."""

    module: Module
    price: Decimal | None
    currency: str

    @property
    def name(self) -> str:
        return self.module.name

    @property
    def label(self) -> Text:
        return self.module.label

    @property
    def tagline(self) -> Text:
        return self.module.tagline

    @property
    def features(self) -> tuple[Text, ...]:
        return self.module.features

    @property
    def icon(self) -> str:
        return self.module.icon


Prices = Callable[[str], Mapping[str, Decimal]]
Plans = Callable[[str], list[Plan]]

#: Nothing is priced until billing says so.
_prices: Prices = lambda _currency: {}  # noqa: E731 — shorter than a function that returns nothing
_plans: Plans = lambda _currency: []  # noqa: E731 — as above


def set_source(*, prices: Prices, plans: Plans) -> None:
    """`prices(currency)` by price key; `plans(currency)` in the order they are shown."""
    global _prices, _plans
    _prices, _plans = prices, plans


def currency_for(language: str) -> str:
    return "IRR" if language.startswith("fa") else "EUR"


def currency_of(tenant: Tenant) -> str:
    return currency_for(str(tenant.preferences.get("language", "en")))


def plans(currency: str) -> list[Plan]:
    return _plans(currency)


def offers(currency: str) -> list[Offer]:
    """Every engine that can be switched, in the order of the registry."""
    known = _prices(currency)
    return [Offer(m, known.get(m.price_key), currency) for m in registry.modules if not m.always_on]
