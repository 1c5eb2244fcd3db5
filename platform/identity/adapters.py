"""What we decide for allauth: closed sign-up, redirects that stay here, our letters, secrets encrypted at rest."""

import base64
import hashlib
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from identity import mail
from identity.actors import actor_for
from identity.addresses import workspace_name, workspace_url
from identity.models import User
from identity.second_step import setup_url
from identity.services.emails import holder_of
from identity.services.second_step import keeps_second_step
from kernel.context import get_tenant

#: allauth's letters → ours. Everything else it sends tells of a change to the account: one letter with one sentence.
LETTERS = {
    "account/email/password_reset_key": "identity/mail/password_reset",
    "account/email/email_confirmation": "identity/mail/confirm_email",
    "account/email/email_confirmation_signup": "identity/mail/confirm_email",
}
NOTICES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/password_reset": _("Your password was reset by a link from your e-mail."),
    "account/email/email_changed": _("The e-mail address you sign in with was changed."),
    "account/email/email_confirm": _("Your e-mail address was confirmed."),
    "account/email/email_deleted": _("An e-mail address was removed from your account."),
    "mfa/email/totp_activated": _("An authenticator app now asks for a one-time code when you sign in."),
    "mfa/email/totp_deactivated": _("Signing in no longer asks for a code from your authenticator app."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made. The old ones no longer work."),
    "mfa/email/webauthn_added": _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": _("A passkey was removed from your account."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account was deactivated. Ask an administrator of your workspace."),
        "email_password_mismatch": _("E-mail and password do not belong together. Check both, or reset the password."),
        "duplicate_email": _("This is your address already."),
        "email_taken": _("Somebody here has this e-mail address already."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This code does not fit. Codes change every 30 seconds: enter the present one."),
        "incorrect_password": _("This is not your password."),
        "invalid_or_expired_key": _("This link was used already or is too old. Ask for a new one."),
        "invalid_login": _("E-mail and password do not belong together. Check both, or reset the password."),
        "invalid_password_reset": _("This link was used already or is too old. Ask for a new one."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or reset your password."),
        "unverified_primary_email": _("Confirm your e-mail address first."),
        "same_as_current": _("This is the same as before."),
        "rate_limited": _("Too many attempts. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation; a new workspace is signed up for on the public site."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **given: Any) -> Any:
        """Whoever still lacks the second step that is asked of them comes past the page that helps to set one up."""
        response = super().post_login(request, user, **given)
        tenant = get_tenant()
        if tenant is None or tenant.is_public or actor_for(user, tenant).secure_by is None:
            return response
        return HttpResponseRedirect(setup_url(getattr(response, "url", "/")))

    def is_safe_url(self, url: str) -> bool:
        """Only this very workspace: another one's host is foreign, though we serve it too."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/settings/security/"

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return "/"

    def clean_email(self, email: str) -> str:
        """An address of somebody else here is refused, confirmed or not: it is also the name one signs in with."""
        request = allauth_context.request
        own = request.user.pk if request is not None and request.user.is_authenticated else None
        if own is not None and holder_of(email, but=own) is not None:
            raise self.validation_error("email_taken")
        return email.lower()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail.hand_over(self.render_mail(template_prefix, email, context))

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:  # fmt: skip
        to = email if isinstance(email, str) else email[0]
        reader = context.get("user") or User.objects.filter(email=to.lower()).first()
        ours = LETTERS.get(template_prefix, "identity/mail/security_notice")
        known = {
            **context,
            "sentence": NOTICES.get(template_prefix, _("The security settings of your account were changed.")),
            "link": self._own_address(context.get("activate_url") or context.get("password_reset_url") or ""),
            "security": workspace_url("/settings/security/"),
        }
        return mail.render_letter(ours, to=to, reader=reader, context=known, headers=headers)

    @staticmethod
    def _own_address(url: str) -> str:
        """The link on the workspace's own address, whatever Host header the request came with."""
        _scheme, _mark, rest = url.partition("://")
        return workspace_url("/" + rest.partition("/")[2]) if rest else ""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "This workspace asks for a second step. Add a passkey before you switch your authenticator app off."
        ),
        "cannot_generate_recovery_codes": _("Recovery codes need an authenticator app or a passkey first."),
        "unverified_email": AccountAdapter.error_messages["unverified_primary_email"],
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second step stays while the workspace asks for one."""
        return not keeps_second_step(authenticator)

    def get_totp_issuer(self) -> str:
        return f"Peyvand {workspace_name()}" if workspace_name() != "Peyvand" else "Peyvand"

    def _get_site_name(self) -> str:
        return workspace_name()

    def encrypt(self, text: str) -> str:
        """Keys of authenticator apps and recovery seeds are not readable in a stolen backup."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey {number}").format(number=count + 1)


def _fernet() -> Fernet:
    key = hashlib.sha256(b"peyvand.mfa:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
