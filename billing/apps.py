from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing import selectors
        from tenants import catalogue

        catalogue.set_source(prices=selectors.prices, plans=selectors.plans)
