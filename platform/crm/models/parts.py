"""What belongs to an account or a contact: ways to reach them, addresses, life events, products they hold."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.choices import HoldingState, Place, PointKind
from crm.models.people import Account, Contact
from kernel.models import COLLATION, LIVE, Record
from kernel.places import PROVINCES

ONE_END = Q(account__isnull=False, contact__isnull=True) | Q(account__isnull=True, contact__isnull=False)


class Part(Record):
    """A row of an account or of a contact, of one of the two."""

    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )

    class Meta(Record.Meta):
        abstract = True

    @property
    def whole(self) -> tuple[str, object]:
        """Whose part it is, as (entity, id)."""
        return ("account", self.account_id) if self.account_id else ("contact", self.contact_id)


class ContactPoint(Part):
    """One e-mail address, number or page by which somebody is reached. The primary ones stand in the record too."""

    kind = models.CharField(_("kind"), max_length=10, choices=PointKind)
    label = models.CharField(_("label"), max_length=12, choices=Place, default=Place.WORK, db_default=Place.WORK)
    value = models.CharField(_("value"), max_length=254)
    is_primary = models.BooleanField(_("primary"), default=False, db_default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Part.Meta):
        constraints = (models.CheckConstraint(condition=ONE_END, name="point_of_one"),)
        indexes = (models.Index(fields=["value"], name="point_value", condition=LIVE),)

    def __str__(self) -> str:
        return self.value


class Address(Part):
    """Where somebody is. The primary one's city stands in the record too."""

    label = models.CharField(_("label"), max_length=12, choices=Place, default=Place.WORK, db_default=Place.WORK)
    street = models.CharField(_("street"), max_length=300)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province"), max_length=20, choices=PROVINCES, blank=True)
    region = models.CharField(_("state or region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False, db_default=False)

    class Meta(Part.Meta):
        constraints = (models.CheckConstraint(condition=ONE_END, name="address_of_one"),)
        indexes = (models.Index(fields=["province", "city"], name="address_place", condition=LIVE),)

    def __str__(self) -> str:
        return self.street


class Term(Record):
    """A word that an organization may add to: named in both languages, built-in ones by their key."""

    key = models.SlugField(_("key"), max_length=40, blank=True, db_index=False)
    #: In the language of whoever wrote it: what lists and imports know it by.
    name = models.CharField(_("name"), max_length=100, blank=True, editable=False, db_collation=COLLATION)
    label_fa = models.CharField(_("in Persian"), max_length=100, blank=True)
    label_en = models.CharField(_("in English"), max_length=100, blank=True)
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta(Record.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class LifeEventKind(Term):
    """What may happen in a customer's life."""

    yearly = models.BooleanField(_("comes every year"), default=False, db_default=False)

    class Meta(Term.Meta):
        pass


class LifeEvent(Part):
    """Something in a customer's life that work may follow from; told of on its day (`crm.life_event_came`)."""

    kind = models.ForeignKey(LifeEventKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("what"), max_length=200, blank=True)
    on = models.DateField(_("date"))
    yearly = models.BooleanField(_("every year"), default=False, db_default=False)
    note = models.TextField(_("note"), blank=True)
    #: The day on which it will be told of next; nothing once it lies behind.
    next_on = models.DateField(_("next on"), null=True, blank=True, editable=False)

    class Meta(Part.Meta):
        constraints = (models.CheckConstraint(condition=ONE_END, name="life_event_of_one"),)
        indexes = (models.Index(fields=["next_on"], name="life_event_next", condition=LIVE & Q(next_on__isnull=False)),)

    def __str__(self) -> str:
        return self.name


class Holding(Part):
    """A product or service that a customer has, bought here or elsewhere."""

    name = models.CharField(_("product"), max_length=200, db_collation=COLLATION)
    #: The product of the catalogue, where Sales is on; the customer base knows no more of it.
    product_ref = models.UUIDField(_("product of the catalogue"), null=True, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1, db_default=1)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    serial = models.CharField(_("serial or contract number"), max_length=100, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=HoldingState, default=HoldingState.ACTIVE, db_default=HoldingState.ACTIVE
    )
    note = models.TextField(_("note"), blank=True)

    class Meta(Part.Meta):
        constraints = (models.CheckConstraint(condition=ONE_END, name="holding_of_one"),)
        indexes = (
            models.Index(fields=["until"], name="holding_until", condition=LIVE & Q(until__isnull=False)),
            models.Index(fields=["product_ref"], name="holding_product", condition=Q(product_ref__isnull=False)),
        )

    def __str__(self) -> str:
        return self.name
