"""Who is asking, in which language, calendar and time zone. Runs after sessions and authentication."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from identity.actors import actor_for
from identity.languages import negotiate
from identity.models import User
from identity.second_step import turned_away
from identity.seen import note_presence, note_session
from identity.sessions import belongs_here
from kernel.context import PUBLIC_TENANT, Tenant
from kernel.formats import use_locale
from kernel.preferences import locale_of


class ActorMiddleware:
    """Sets request.actor and request.locale, and speaks the reader's language until the response is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        tenant: Tenant = getattr(request, "tenant", None) or PUBLIC_TENANT
        user = self._signed_in(request, tenant)
        request.actor = actor_for(user, tenant) if user else None
        request.locale = locale_of(tenant, user or negotiate(request, tenant))
        if user:
            note_presence(user)
            note_session(request)
        with (
            translation.override(request.locale.language),
            use_locale(request.locale),
            timezone.override(zoneinfo.ZoneInfo(request.locale.time_zone)),
        ):
            request.LANGUAGE_CODE = request.locale.language
            response = turned_away(request) or self.get_response(request)
        response.headers["Content-Language"] = request.locale.language
        return response

    @staticmethod
    def _signed_in(request: Any, tenant: Tenant) -> User | None:
        user = request.user
        if not user.is_authenticated:
            return None
        if belongs_here(request.session, tenant) and user.is_active:
            return user  # type: ignore[no-any-return]  # Django types request.user by settings it cannot see here
        logout(request)
        return None
