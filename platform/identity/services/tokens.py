"""Personal tokens: what programs sign in with. Shown once; the database keeps a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.models import ApiToken, User
from kernel.access import Actor
from kernel.audit import record_act
from kernel.errors import Denied, Invalid

MARK = "pvd_"
EVERY = timedelta(minutes=5)


def digest(secret: str) -> str:
    """Fast on purpose: the secret is 256 random bits, which no dictionary holds."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue_token(*, actor: Actor, user: User, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A token for oneself. The second value is the secret, which nobody can read again."""
    if not actor.system and actor.user_id != user.pk:
        raise Denied()
    if not user.is_active:
        raise Denied(_("This person cannot sign in."))
    name = name.strip()
    if not name:
        raise Invalid.one("name", "required", _("Name the token after what will use it, such as “accounting”."))
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid.one("expires_at", "past", _("Choose a day in the future."))
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name[:80], prefix=secret[:8], hash=digest(secret), expires_at=expires_at
    )
    record_act("token_issued", actor=actor, entity="user", record=user, changes={"token": [None, token.name]})
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> None:
    if not actor.system and actor.user_id != token.user_id and not actor.may("identity.user.manage"):
        raise Denied()
    record_act("token_revoked", actor=actor, entity="user", record=token.user, changes={"token": [token.name, None]})
    token.delete()


def ended_token(secret: str) -> ApiToken | None:
    """The token with its owner that this was, where it opens nothing any more; None for one that nobody here had."""
    token = _token_of(secret)
    return token if token is not None and not _opens(token) else None


def _token_of(secret: str) -> ApiToken | None:
    if not secret.startswith(MARK) or len(secret) > 100:
        return None
    return ApiToken.objects.filter(hash=digest(secret)).select_related("user__role").first()


def _opens(token: ApiToken) -> bool:
    return not token.is_expired and bool(token.user.is_active)


def authenticate_token(secret: str) -> ApiToken | None:
    """The token with its owner; None for the unknown, the expired and those who may not sign in (any more)."""
    token = _token_of(secret)
    if token is None or not _opens(token):
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at <= now - EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
