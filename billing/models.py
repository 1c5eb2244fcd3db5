"""The catalogue: what plans and engines cost. Public schema; subscriptions come later and point here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7


class Plan(models.Model):
    """A plan for the customer base. Its words are in `billing.words`, so that they are translated like all others."""

    key = models.SlugField(primary_key=True, max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    is_featured = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("plan")
        ordering = ("position", "key")

    def __str__(self) -> str:
        return self.key

    @property
    def price_key(self) -> str:
        return f"plan.{self.key}"


class Price(models.Model):
    """One amount for one user and one period; a plan without one is by agreement."""

    class Period(models.TextChoices):
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: An engine's `price_key`, or `plan.<key>`.
    key = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    period = models.CharField(max_length=5, choices=Period, default=Period.MONTH)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        verbose_name = _("price")
        constraints = (models.UniqueConstraint(fields=["key", "currency", "period"], name="price_once"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.amount} {self.currency} / {self.period}"
