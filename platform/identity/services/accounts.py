"""First people: the administrator of a new workspace, the provider's operators; and one's own profile."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from identity.models import Role, User
from identity.services.emails import clean_email, holder_of, set_primary_email
from identity.services.passwords import check_password_strength
from identity.services.roles import seed_roles
from identity.services.writing import change_user, created_user, lock_user
from kernel.access import Actor
from kernel.errors import Invalid, Text

TAKEN: Text = _("Somebody here has this e-mail address already.")
PROFILE = ("name", "title", "phone", "language", "calendar", "digits", "time_zone", "theme", "density")


@transaction.atomic
def create_admin(*, actor: Actor, email: str, name: str, password: str, language: str = "") -> User:
    """The first administrator of a workspace. The address is not confirmed yet."""
    seed_roles()
    role = Role.objects.get(key=Role.ADMIN)
    return _create(actor=actor, email=email, name=name, password=password, language=language, role=role, verified=False)


@transaction.atomic
def create_operator(*, actor: Actor, email: str, name: str, password: str, language: str = "") -> User:
    """Somebody of the provider. Call it with the public schema bound."""
    return _create(actor=actor, email=email, name=name, password=password, language=language, role=None, verified=True)


def _create(
    *, actor: Actor, email: str, name: str, password: str, language: str, role: Role | None, verified: bool
) -> User:
    email = clean_email(email)
    if holder_of(email):
        raise Invalid.one("email", "taken", TAKEN)
    user = User(email=email, name=name.strip(), state=User.State.ACTIVE, role=role, language=language)
    check_password_strength(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    set_primary_email(user, email, verified=verified)
    created_user(user, actor=actor)
    return user


@transaction.atomic
def save_profile(*, actor: Actor, user: User, **values: Any) -> User:
    """Somebody changes how they are called and how they read."""
    unknown = set(values) - set(PROFILE)
    if unknown:
        raise TypeError(f"Not part of a profile: {sorted(unknown)}")
    kept = lock_user(user)
    change_user(kept, actor=actor, **values)
    return kept
