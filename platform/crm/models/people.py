"""Organizations, households and people."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.choices import AccountKind, Education, Gender, Industry, Marital, Size, Tier
from kernel.models import (
    COLLATION,
    LIVE,
    PLACED,
    OwnedRecord,
    changed_index,
    further_index,
    own_text_index,
    search_column,
    search_index,
    title_index,
    words_index,
)
from kernel.text.db import MatchKey


class Customer(OwnedRecord):
    """What accounts and contacts share: a tier with its reasons, a picture, and what else they are found by."""

    tier = models.CharField(_("value tier"), max_length=1, choices=Tier, blank=True, default="", db_default="")
    #: Why: {"by": "hand" | engine, "at": iso, "note": "", "lines": [{"label", "text", "points"}], "score", "limit"}.
    tier_reason = models.JSONField(default=dict, db_default={}, editable=False)
    #: The attachment that shows it.
    picture_id = models.UUIDField(_("picture"), null=True, blank=True, editable=False)
    #: Folded text of every further way to reach them, so that search finds it without a join.
    more_text = models.TextField(default="", db_default="", blank=True, editable=False)

    class Meta(OwnedRecord.Meta):
        abstract = True


class Account(Customer):
    """An organization or household one deals with; accounts may belong to another account."""

    name = models.CharField(_("name"), max_length=200, db_collation=COLLATION)
    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="branches"
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=AccountKind, default=AccountKind.COMPANY, db_default=AccountKind.COMPANY
    )
    industry = models.CharField(_("industry"), max_length=15, choices=Industry, blank=True, default="", db_default="")
    size = models.CharField(_("size"), max_length=1, choices=Size, blank=True, default="", db_default="")
    registration_number = models.CharField(
        _("registration number"), max_length=30, blank=True, default="", db_default=""
    )
    economic_code = models.CharField(_("economic code"), max_length=20, blank=True, default="", db_default="")
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

    class Meta(Customer.Meta):
        indexes = (
            search_index("account_search"),
            title_index("account_title"),
            own_text_index("account_own_text"),
            further_index("account_further"),
            words_index("account_words", "city", "sector"),
            words_index("account_country", "country"),
            models.Index(fields=["email"], name="account_email", condition=~Q(email="")),
            models.Index(fields=["phone"], name="account_phone", condition=~Q(phone="")),
            models.Index(fields=["national_id"], name="account_legal_id", condition=~Q(national_id="")),
            models.Index(fields=["name_key"], name="account_key"),
            models.Index(fields=["name", "id"], name="account_name"),
            models.Index(fields=["city", "id"], name="account_city", condition=LIVE),
            models.Index(fields=["-created_at", "-id"], name="account_created", condition=LIVE),
            changed_index("account_changed"),
            models.Index(fields=["territory_id"], name="account_territory", condition=PLACED),
        )

    def __str__(self) -> str:
        return self.name


class Contact(Customer):
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
    #: The household that the person lives in: an account of that kind.
    household = models.ForeignKey(
        Account,
        verbose_name=_("household"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
        db_index=False,
    )
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=10, choices=Channel, blank=True)
    preferred_language = models.CharField(_("preferred language"), max_length=5, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, default="", db_default="")
    gender = models.CharField(_("gender"), max_length=8, choices=Gender, blank=True, default="", db_default="")
    marital_status = models.CharField(
        _("marital status"), max_length=8, choices=Marital, blank=True, default="", db_default=""
    )
    education = models.CharField(
        _("education"), max_length=10, choices=Education, blank=True, default="", db_default=""
    )
    profession = models.CharField(_("profession"), max_length=100, blank=True, default="", db_default="")
    national_id = models.CharField(_("national ID"), max_length=10, blank=True, default="", db_default="")
    no_calls = models.BooleanField(_("no calls"), default=False, db_default=False)
    no_email = models.BooleanField(_("no e-mail"), default=False, db_default=False)
    no_sms = models.BooleanField(_("no SMS"), default=False, db_default=False)
    no_post = models.BooleanField(_("no letters"), default=False, db_default=False)
    description = models.TextField(_("description"), blank=True)
    search_text = search_column("name", "email", "phone", "mobile")
    name_key = models.GeneratedField(
        expression=MatchKey(models.F("name")), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta(Customer.Meta):
        indexes = (
            search_index("contact_search"),
            title_index("contact_title"),
            own_text_index("contact_own_text"),
            further_index("contact_further"),
            words_index("contact_words", "city"),
            words_index("contact_work", "job_title", "profession"),
            models.Index(fields=["email"], name="contact_email", condition=~Q(email="")),
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            models.Index(fields=["mobile"], name="contact_mobile", condition=~Q(mobile="")),
            models.Index(fields=["national_id"], name="contact_national_id", condition=~Q(national_id="")),
            models.Index(fields=["household"], name="contact_household", condition=Q(household__isnull=False)),
            models.Index(fields=["name_key"], name="contact_key"),
            models.Index(fields=["name", "id"], name="contact_name"),
            models.Index(fields=["city", "id"], name="contact_city", condition=LIVE),
            models.Index(fields=["job_title", "id"], name="contact_job", condition=LIVE),
            models.Index(fields=["-created_at", "-id"], name="contact_created", condition=LIVE),
            changed_index("contact_changed"),
            models.Index(fields=["birthday"], name="contact_birthday", condition=Q(birthday__isnull=False)),
            # What has few different values: the server skips through those of the columns before the one asked for.
            models.Index(
                fields=[
                    "tier",
                    "gender",
                    "marital_status",
                    "education",
                    "preferred_channel",
                    "preferred_language",
                    "no_calls",
                    "no_email",
                    "no_sms",
                    "no_post",
                ],
                name="contact_traits",
            ),
            models.Index(fields=["territory_id"], name="contact_territory", condition=PLACED),
        )

    def __str__(self) -> str:
        return self.name
