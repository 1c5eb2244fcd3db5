"""Who calls the API: a personal token, or the browser's own session with its CSRF check."""

import zoneinfo
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from identity.actors import actor_for
from identity.models import ApiToken, User
from identity.refusals import PER_TOKEN, note_refusal
from identity.second_step import refuse_overdue
from identity.seen import note_presence
from identity.services.tokens import authenticate_token, ended_token
from kernel.context import PUBLIC_TENANT, get_tenant
from kernel.formats import current_locale
from kernel.preferences import locale_of

UNKNOWN = _("This token is unknown, has ended or was revoked. Create one under Settings › API tokens.")


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …`. A token is looked for in this workspace alone, so a foreign one is unknown."""

    scheme = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = authentication.get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.scheme:
            return None
        try:
            secret = parts[1].decode() if len(parts) == 2 else ""
        except UnicodeDecodeError:
            secret = ""
        token = authenticate_token(secret)
        if token is None:
            _note(request, secret)
            raise exceptions.AuthenticationFailed(UNKNOWN)
        act_as(request, token.user)
        refuse_overdue(request._request.actor)  # type: ignore[attr-defined]  # set a line above
        note_presence(token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Peyvand"'


def _note(request: Request, secret: str) -> None:
    """A token that has ended, or of somebody who is gone, is still in use somewhere: worth a line, not a thousand."""
    ended = ended_token(secret)
    if ended is not None:
        told = [None, ended.name]
        note_refusal("token_refused", ended.user, request=request._request, rate=PER_TOKEN, token=told)


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser. identity.middleware has decided who acts; unsafe methods need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if getattr(request._request, "actor", None) is None:
            return None
        return super().authenticate(request)


def act_as(request: Request, user: User) -> None:
    """Make the request this person's, reader's habits included. The middleware puts everything back afterwards."""
    tenant = get_tenant() or PUBLIC_TENANT
    locale = locale_of(tenant, user)
    inner: Any = request._request
    inner.user, inner.actor, inner.locale = user, actor_for(user, tenant), locale
    translation.activate(locale.language)
    timezone.activate(zoneinfo.ZoneInfo(locale.time_zone))
    current_locale.set(locale)
