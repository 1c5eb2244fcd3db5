"""The form of Settings › Territories."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.models import Territory, User
from identity.services.people import MANAGE
from identity.territories import territories_in_order
from kernel.access import Actor


class TerritoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    parent = forms.ModelChoiceField(label=_("Part of"), queryset=Territory.objects.none(), required=False)
    region = forms.CharField(label=_("Region"), max_length=300, required=False)
    people = forms.ModelMultipleChoiceField(
        label=_("People who serve it"), queryset=User.objects.none(), required=False,
        help_text=_("Where their role says “Territory”, they reach its records and those of the territories below."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, territory: Territory | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = territories_in_order(without=territory)
        parent: Any = self.fields["parent"]
        parent.queryset = Territory.objects.filter(pk__in=[one.pk for one, _level in rows])
        depth = "\u2003"
        parent.choices = [("", "—"), *((one.pk, f"{depth * level}{one.name}") for one, level in rows)]
        if actor.may(MANAGE):
            here = (User.State.ACTIVE, User.State.INVITED)
            self.fields["people"].queryset = User.objects.filter(state__in=here).order_by("name")  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        else:
            del self.fields["people"]

    def chosen(self) -> list[tuple[Any, str]]:
        """People as the chips show them: those of the territory, or those that were sent and may be chosen."""
        field: Any = self.fields["people"]
        given = self["people"].value() or ()
        known = {str(person.pk): person for person in field.queryset.filter(pk__in=_ids(given))}
        return [(pk, str(known[pk])) for pk in dict.fromkeys(map(str, given)) if pk in known]


def _ids(given: Iterable[Any]) -> list[UUID]:
    found = []
    for one in given:
        with suppress(ValueError):
            found.append(UUID(str(one)))
    return found
