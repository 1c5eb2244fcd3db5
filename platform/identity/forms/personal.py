"""Forms of one's own settings."""

import zoneinfo
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's forms are not generic at run time
    class Meta:
        model = User
        fields = (
            "name", "title", "phone", "language", "calendar", "digits", "time_zone", "theme", "density",
        )  # fmt: skip

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"].choices = [("", _("As the workspace")), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["phone"].widget.attrs["dir"] = "ltr"


class OperatorProfileForm(ProfileForm):
    """Operators work in no workspace: nothing of a colleague's card."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "phone", "density"):
            del self.fields[name]


class EmailForm(forms.Form):
    email = forms.EmailField(label=_("New e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class TokenForm(forms.Form):
    LIFE = ((30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("No end")))

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, such as “accounting”."))
    life = forms.TypedChoiceField(label=_("Works for"), choices=LIFE, coerce=int, initial=90)

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["life"]
        if not days:
            return None
        end: date = timezone.localdate() + timedelta(days=days)
        return timezone.make_aware(datetime.combine(end, time.max))
