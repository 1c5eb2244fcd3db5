"""allauth's forms for passkeys: whom one did not open the door to is written down."""

from typing import Any

from allauth.mfa.webauthn import forms as allauth_forms
from allauth.mfa.webauthn.internal.auth import extract_user_from_response
from django.core.exceptions import ValidationError

from identity.refusals import note_refusal


class _Told:
    """Put before one of allauth's forms."""

    user: Any
    cleaned_data: dict[str, Any]
    reauthenticated: bool

    def clean_credential(self) -> Any:
        given = self.cleaned_data["credential"]
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form it is put before
        except ValidationError:
            if person := self.user or _person_named(given):
                note_refusal("passkey_failed", person, own=self.reauthenticated)
            raise


def _person_named(credential: Any) -> Any:
    """Whose passkey it says it is; None where it names nobody of this workspace."""
    try:
        return extract_user_from_response(credential)
    except ValidationError:
        return None


class AuthenticateWebAuthnForm(_Told, allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    pass


class LoginWebAuthnForm(_Told, allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]  # as above
    pass


class ReauthenticateWebAuthnForm(_Told, allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    pass
