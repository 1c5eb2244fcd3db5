"""Organizations and people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import (
    COLLATION,
    LIVE,
    PLACED,
    OwnedRecord,
    own_text_index,
    search_column,
    search_index,
    title_index,
)
from kernel.text.db import MatchKey


class Account(OwnedRecord):
    """An organization one deals with; accounts may belong to another account."""

    name = models.CharField(_("name"), max_length=200, db_collation=COLLATION)
    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="branches"
    )
    sector = models.CharField(_("sector"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    national_id = models.CharField(_("national legal ID"), max_length=11, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.TextField(_("address"), blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    revenue = models.DecimalField(_("yearly revenue"), max_digits=20, decimal_places=2, null=True, blank=True)
    year_established = models.PositiveSmallIntegerField(_("established in"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    search_text = search_column("name", "phone", "email", "website", "national_id")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta(OwnedRecord.Meta):
        indexes = (
            search_index("account_search"),
            title_index("account_title"),
            own_text_index("account_own_text"),
            models.Index(fields=["name_key"], name="account_key"),
            models.Index(fields=["name", "id"], name="account_name"),
            models.Index(fields=["-created_at", "-id"], name="account_created", condition=LIVE),
            models.Index(fields=["territory_id"], name="account_territory", condition=PLACED),
        )

    def __str__(self) -> str:
        return self.name


class Contact(OwnedRecord):
    """A person, usually at an account."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        POST = "post", _("Letter")

    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    #: Kept in step with the two parts by crm.services.prepare_contact; whoever has only a whole name may give that.
    name = models.CharField(_("name"), max_length=201, blank=True, db_collation=COLLATION)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, blank=True)
    description = models.TextField(_("description"), blank=True)
    search_text = search_column("name", "email", "phone", "mobile")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta(OwnedRecord.Meta):
        indexes = (
            search_index("contact_search"),
            title_index("contact_title"),
            own_text_index("contact_own_text"),
            models.Index(fields=["name_key"], name="contact_key"),
            models.Index(fields=["name", "id"], name="contact_name"),
            models.Index(fields=["-created_at", "-id"], name="contact_created", condition=LIVE),
            models.Index(fields=["territory_id"], name="contact_territory", condition=PLACED),
        )

    def __str__(self) -> str:
        return self.name
