from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptForm(forms.Form):
    """Who was invited says how they are called and chooses a password."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, and nothing that is easy to guess."),
    )
