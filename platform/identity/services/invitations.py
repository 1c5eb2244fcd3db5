"""Bringing a colleague in: an e-mail with a way in, good once and for seven days."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.mail import send_invitation
from identity.models import Invitation, Role, Team, User
from identity.services.emails import clean_email, holder_of, set_primary_email
from identity.services.passwords import check_password_strength
from identity.services.people import MANAGE, may_grant, set_further_roles
from identity.services.tokens import digest
from identity.services.writing import change_user, created_user, lock_user, tell
from kernel.access import Actor, require, require_open
from kernel.audit import record_act
from kernel.errors import Denied, Invalid, NotFound


@transaction.atomic
def invite_user(
    *, actor: Actor, email: str, name: str = "", role: Role, roles: Iterable[Role] = (), team: Team | None = None,
    person: User | None = None,
) -> Invitation:  # fmt: skip
    """Invite by e-mail. `person` is a placeholder that an import made: the colleague takes over its records.

    `roles` are those they will hold beside the main one.
    """
    require(actor, MANAGE)
    if not may_grant(actor, role):
        raise Denied(_("Only an administrator may make somebody administrator."))
    email = clean_email(email)
    holder = holder_of(email, but=person.pk if person else None)
    if holder is not None:
        _refuse_known(holder)
        person = holder
    name = name.strip() or (person.name if person else email.partition("@")[0])
    user = _invited(actor, person, email=email, name=name, role=role, team=team)
    set_further_roles(actor=actor, user=user, roles=roles)
    Invitation.objects.filter(user=user).delete()
    invitation = Invitation(user=user, email=email, name=name, role=role, team=team, invited_by_id=actor.user_id)
    _send(invitation)
    record_act("invited", actor=actor, entity="user", record=user, changes={"email": [None, email]})
    tell("identity.user_invited", {"id": str(user.pk), "email": email})
    return invitation


def _refuse_known(holder: User) -> None:
    """A placeholder may take the invitation; everybody else is here already in one way or another."""
    reasons = {
        User.State.ACTIVE: ("taken", _("This person works here already.")),
        User.State.INVITED: ("invited", _("This person is invited already. You can send the invitation again.")),
        User.State.DEACTIVATED: ("deactivated", _("This person was deactivated. Reactivate them instead.")),
    }
    if holder.state in reasons:
        code, message = reasons[User.State(holder.state)]
        raise Invalid.one("email", code, message)


def _invited(actor: Actor, person: User | None, *, email: str, name: str, role: Role, team: Team | None) -> User:
    if person is not None:
        user = lock_user(person)
        if user.state != User.State.PLACEHOLDER:
            raise Invalid.one("", "not_placeholder", _("This person has an account already."))
        change_user(
            user, actor=actor, email=email, name=name, role=role, team=team or user.team, state=User.State.INVITED
        )
        return user
    user = User(email=email, name=name, role=role, team=team, state=User.State.INVITED, created_by_id=actor.user_id)
    user.set_unusable_password()
    user.save(force_insert=True)
    created_user(user, actor=actor)
    return user


def _send(invitation: Invitation) -> None:
    """A fresh secret each time: the letter sent before stops working."""
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    invitation.token_hash = digest(secret)
    invitation.sent_at = now
    invitation.expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    send_invitation(invitation, secret)


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    require(actor, MANAGE)
    invitation = _open(invitation)
    if not may_grant(actor, invitation.role):
        raise Denied()
    _send(invitation)
    record_act("invited", actor=actor, entity="user", record=invitation.user, label=str(invitation.user))
    return invitation


@transaction.atomic
def cancel_invitation(*, actor: Actor, invitation: Invitation) -> None:
    """Take it back. The name stays as a placeholder, since records may hang on it already."""
    require(actor, MANAGE)
    invitation = _open(invitation)
    user = lock_user(invitation.user)
    if user.state == User.State.INVITED:
        change_user(user, actor=actor, state=User.State.PLACEHOLDER, role=None, email=None)
        user.further_roles.all().delete()
    invitation.delete()
    record_act("uninvited", actor=actor, entity="user", record=user, changes={"email": [invitation.email, None]})


def _open(invitation: Invitation) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("user", "role", "invited_by")
    kept = found.filter(pk=invitation.pk, accepted_at__isnull=True).first()
    if kept is None:
        raise NotFound()
    return kept


def invited_by_link(secret: str) -> User | None:
    """Whom a letter's link was for, be it good or not any more."""
    found = Invitation.objects.select_related("user").filter(token_hash=digest(secret)).first()
    return found.user if found else None


def find_invitation(secret: str, *, lock: bool = False) -> Invitation:
    """The open invitation behind a letter's link, or Invalid with the reason it no longer opens anything."""
    rows = Invitation.objects.select_related("user", "role", "team", "invited_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    invitation = rows.filter(token_hash=digest(secret)).first()
    if invitation is None:
        raise Invalid.one("", "unknown", _("This invitation was replaced or taken back. Ask for a new one."))
    if invitation.accepted_at is not None:
        raise Invalid.one("", "used", _("This invitation was used already. Sign in with your e-mail and password."))
    if invitation.is_expired or invitation.user.state != User.State.INVITED:
        raise Invalid.one("", "expired", _("This invitation is older than seven days. Ask for a new one."))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, password: str, name: str = "") -> User:
    """The letter proves the address, so it is confirmed with this."""
    require_open()
    invitation = find_invitation(token, lock=True)
    user = lock_user(invitation.user)
    check_password_strength(password, user)
    actor = Actor(user_id=user.pk, label=str(user))
    user.set_password(password)
    user.save(update_fields=["password"])
    change_user(user, actor=actor, name=name.strip() or user.name, state=User.State.ACTIVE)
    set_primary_email(user, invitation.email, verified=True)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    tell("identity.invitation_accepted", {"id": str(user.pk), "email": invitation.email})
    return user
