"""What is sold."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import COLLATION, Record, search_column, search_index
from kernel.text.db import MatchKey


class Product(Record):
    """A product or service with its list price."""

    name = models.CharField(_("name"), max_length=200, db_collation=COLLATION)
    code = models.CharField(_("code"), max_length=60, blank=True)
    series = models.CharField(_("series"), max_length=100, blank=True)
    unit_price = models.DecimalField(_("price"), max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)
    description = models.TextField(_("description"), blank=True)
    search_text = search_column("name", "code", "series")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta(Record.Meta):
        indexes = (search_index("product_search"), models.Index(fields=["name_key"], name="product_key"))

    def __str__(self) -> str:
        return self.name
