"""Which language somebody reads who is not signed in: their own choice, then the workspace's, then the browser's."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from kernel.context import Tenant


@dataclass(frozen=True)
class Visitor:
    """A reader without an account, as far as kernel.preferences looks at one."""

    language: str
    calendar: str = ""
    digits: str = ""


def negotiate(request: HttpRequest, tenant: Tenant) -> Visitor | None:
    """The visitor's language; None where the workspace decides."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return Visitor(chosen)
    return Visitor(get_language_from_request(request)) if tenant.is_public else None
