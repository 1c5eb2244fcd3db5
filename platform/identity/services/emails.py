"""E-mail addresses as people may sign in with them: lower case, checked, and one person each."""

from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.models import User
from kernel.errors import Invalid

MAX_LENGTH = 254


def clean_email(raw: str) -> str:
    email = (raw or "").strip().lower()
    if not email:
        raise Invalid.one("email", "required", _("Enter an e-mail address."))
    try:
        if len(email) > MAX_LENGTH:
            raise ValidationError("too long")
        validate_email(email)
    except ValidationError:
        raise Invalid.one("email", "bad_email", _("An e-mail address looks like name@example.com.")) from None
    return email


def holder_of(email: str, *, but: UUID | None = None) -> User | None:
    """Who has this address, in whatever state."""
    return User.everything.filter(email__iexact=email).exclude(pk=but).select_related("role").first()


def set_primary_email(user: User, email: str, *, verified: bool) -> EmailAddress:
    """Make this the one address the person signs in with."""
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    address, _made = EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"primary": True, "verified": verified}
    )
    return address


@transaction.atomic
def request_email_change(*, user: User, email: str) -> EmailAddress:
    """Note a new address for oneself. It replaces the present one when its letter is answered."""
    email = clean_email(email)
    if holder_of(email, but=user.pk) is not None:
        raise Invalid.one("email", "taken", _("Somebody here has this e-mail address already."))
    if email == user.email:
        raise Invalid.one("email", "same", _("This is your address already."))
    EmailAddress.objects.filter(user=user, primary=False).delete()
    return EmailAddress.objects.create(user=user, email=email)


def confirmation_path(address: EmailAddress) -> str:
    """Where this address is confirmed, for a letter of ours. The key is kept here, in the workspace."""
    confirmation = EmailConfirmation.create(address)
    confirmation.sent = timezone.now()
    confirmation.save(update_fields=["sent"])
    return f"/auth/confirm-email/{confirmation.key}/"
