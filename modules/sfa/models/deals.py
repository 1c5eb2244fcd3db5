"""Deals: what may be sold, to whom, for how much, and what comes next."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import (
    COLLATION,
    LIVE,
    PLACED,
    OwnedRecord,
    changed_index,
    own_text_index,
    search_column,
    search_index,
    title_index,
    words_index,
)
from modules.sfa.enums import StageKind
from modules.sfa.models.pipelines import Pipeline, Stage
from modules.sfa.models.products import Product


class Deal(OwnedRecord):
    """An opportunity. `kind` repeats its stage's kind, so that open and won deals are found by an index."""

    name = models.CharField(_("name"), max_length=300, blank=True, db_collation=COLLATION)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    account = models.ForeignKey(
        "crm.Account", verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="deals",
    )  # fmt: skip
    contact = models.ForeignKey(
        "crm.Contact", verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="deals",
    )  # fmt: skip
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), on_delete=models.PROTECT, related_name="deals", db_index=False
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals", db_index=False
    )
    kind = models.CharField(_("state"), max_length=10, choices=StageKind, default=StageKind.OPEN, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    probability = models.PositiveSmallIntegerField(
        _("probability"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    close_date = models.DateField(_("close date"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    lost_reason = models.CharField(_("reason for losing"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    search_text = search_column("name", "reference")

    class Meta(OwnedRecord.Meta):
        indexes = (
            search_index("deal_search"),
            title_index("deal_title"),
            own_text_index("deal_own_text"),
            models.Index(fields=["reference"], name="deal_reference"),
            models.Index(fields=["pipeline", "stage", "-created_at", "-id"], name="deal_board"),
            models.Index(fields=["-created_at", "-id"], name="deal_created", condition=LIVE),
            changed_index("deal_changed"),
            words_index("deal_words", "next_step"),
            models.Index(fields=["territory_id"], name="deal_territory", condition=PLACED),
            models.Index(fields=["close_date", "id"], name="deal_close_date"),
            models.Index(fields=["name", "id"], name="deal_name"),
            # The largest first, as lists sort: empty amounts last.
            models.Index(models.F("amount").desc(nulls_last=True), models.F("id").desc(), name="deal_amount"),
        )

    def __str__(self) -> str:
        return self.name
