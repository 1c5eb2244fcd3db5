"""E-mail addresses as people may sign in with them: lower case, checked, and one person each."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from kernel.errors import Invalid

from identity.models import User


def clean_email(raw: str) -> str:
    email = (raw or "").strip().lower()
    if not email:
        raise Invalid.one("email", "required", _("Enter an e-mail address."))
    try:
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
