"""Choosing the language: kept in a cookie, and in the profile of whoever is signed in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from frontend.views.access import public
from identity.models import User
from identity.services import save_profile


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next") or request.headers.get("Referer", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        actor = getattr(request, "actor", None)
        if actor is not None and isinstance(request.user, User):
            save_profile(actor=actor, user=request.user, language=language)
        remember_language(response, language)
    return response


def remember_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax",
        secure=settings.SCHEME == "https",
    )  # fmt: skip
