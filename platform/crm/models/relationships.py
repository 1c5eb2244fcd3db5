"""Who is what to whom: roles that have a word in either direction, and ties between any two customers."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.choices import Ends, RoleGroup
from crm.models.parts import Term
from crm.models.people import Account, Contact
from kernel.models import Record


class RelationshipRole(Term):
    """ "decision maker of" one way, "has as decision maker" the other."""

    reverse_fa = models.CharField(_("the other way, in Persian"), max_length=100, blank=True)
    reverse_en = models.CharField(_("the other way, in English"), max_length=100, blank=True)
    group = models.CharField(
        _("group"), max_length=10, choices=RoleGroup, default=RoleGroup.OTHER, db_default=RoleGroup.OTHER
    )
    from_kind = models.CharField(_("who"), max_length=10, choices=Ends, default=Ends.ANY, db_default=Ends.ANY)
    to_kind = models.CharField(_("of whom"), max_length=10, choices=Ends, default=Ends.ANY, db_default=Ends.ANY)

    class Meta(Term.Meta):
        pass


def _end(label: Any, target: type[models.Model], name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        target, verbose_name=label, null=True, blank=True, on_delete=models.CASCADE, related_name=name
    )


class Relationship(Record):
    """One tie: from one customer to another, by a role, for a while."""

    #: Both names, as they were when it was made; lists show the ends themselves.
    name = models.CharField(_("who and whom"), max_length=450, blank=True, editable=False)
    from_account = _end(_("from account"), Account, "ties_out")
    from_contact = _end(_("from contact"), Contact, "ties_out")
    role = models.ForeignKey(RelationshipRole, verbose_name=_("role"), on_delete=models.PROTECT, related_name="+")
    to_account = _end(_("to account"), Account, "ties_in")
    to_contact = _end(_("to contact"), Contact, "ties_in")
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("holds now"), default=True, db_default=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Record.Meta):
        constraints = (
            models.CheckConstraint(
                condition=Q(from_account__isnull=False, from_contact__isnull=True)
                | Q(from_account__isnull=True, from_contact__isnull=False),
                name="tie_from_one",
            ),
            models.CheckConstraint(
                condition=Q(to_account__isnull=False, to_contact__isnull=True)
                | Q(to_account__isnull=True, to_contact__isnull=False),
                name="tie_to_one",
            ),
        )

    def __str__(self) -> str:
        return self.name
