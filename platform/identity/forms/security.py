"""Forms of how an organization wants its people to sign in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.models import SecondStepRule


class SecondStepForm(forms.Form):
    GRACE = (
        (0, _("None: at the next sign-in")),
        (3, _("3 days")),
        (7, _("7 days")),
        (14, _("14 days")),
        (30, _("30 days")),
    )

    who = forms.ChoiceField(
        label=_("Who needs a second step"), choices=SecondStepRule.Who.choices, widget=forms.RadioSelect
    )
    grace_days = forms.TypedChoiceField(
        label=_("Time to set one up"), choices=GRACE, coerce=int,
        help_text=_("It begins when more people are asked. Who comes after it sets one up at the first sign-in."),
    )  # fmt: skip
