"""allauth's password forms in our words: its own are in title case, repeat themselves and count in Latin digits."""

from typing import Any, Final

from allauth.account import forms as allauth_forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from identity.refusals import note_refusal

LABELS: Final[dict[str, Promise]] = {
    "email": _("E-mail"),
    "oldpassword": _("Present password"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}
_linked = lazy(format_html, str)
HELP: Final[dict[str, Any]] = {
    "oldpassword": _linked('<a class="link" href="{}">{}</a>', reverse_lazy("account_reset_password"), _("Forgot it?")),
    "password": _linked('<a class="link" href="{}">{}</a>', reverse_lazy("account_reset_password"), _("Forgot it?")),
    "password1": _(
        "At least 10 characters, not only digits, and nothing that everybody uses or that is in your name or e-mail."
    ),
}


class _Worded:
    """Labels, help and no placeholders; put before one of allauth's forms."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(_Worded, allauth_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    pass


class SetPasswordForm(_Worded, allauth_forms.SetPasswordForm):  # type: ignore[misc]  # as above
    pass


class ResetPasswordForm(_Worded, allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # as above
    pass


class ResetPasswordKeyForm(_Worded, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # as above
    pass


class ReauthenticateForm(_Worded, allauth_forms.ReauthenticateForm):  # type: ignore[misc]  # as above
    def clean_password(self) -> str:
        """Somebody at a browser that was left open is written down."""
        try:
            return str(super().clean_password())
        except ValidationError:
            note_refusal("password_failed", self.user, own=True)
            raise


class UserTokenForm(allauth_forms.UserTokenForm):  # type: ignore[misc]  # as above
    """What a reset link carries; an old one, or one made up for somebody who is here, is written down."""

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValidationError:
            if self.reset_user is not None:
                note_refusal("reset_refused", self.reset_user)
            raise
