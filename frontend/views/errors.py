"""Pages that say what happened, what was kept, and what to do."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import get_language_from_request

from frontend.context import THEME_COOKIE, THEMES
from frontend.views.access import public

_HAVE_PAGES = (400, 403, 404, 409, 500, 503)


def render_error(
    request: HttpRequest, status: int, *, message: str = "", problems: Sequence[str] = (), template: str = ""
) -> HttpResponse:
    """The page for a status, or a problem document where a program asks."""
    if request.path.startswith("/api/"):
        return problem(request, status, message)
    page = template or str(status if status in _HAVE_PAGES else (500 if status >= 500 else 400))
    context = {
        "status": status, "message": message, "problems": list(problems),
        "reference": getattr(request, "request_id", ""),
        "lang": _language(request), "data_theme": THEMES.get(request.COOKIES.get(THEME_COOKIE, ""), ""),
    }  # fmt: skip
    try:
        get_template(f"{page}.html")
    except TemplateDoesNotExist:
        page = "400"
    # Without the request no context processor runs: database, session or workspace may be what failed.
    response = HttpResponse(get_template(f"{page}.html").render(context), status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "10"
    return response


def _language(request: HttpRequest) -> str:
    """The person's if known by now, else what the browser asks for; "" shows both."""
    found = (getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request))[:2]
    return found if found in {"fa", "en"} else ""


def problem(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """RFC 9457, for what goes wrong before the API's own handler is reached; the same members as there."""
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": "about:blank", "title": phrase, "status": status, "detail": detail or phrase,
        "instance": request.path, "code": phrase.lower().replace(" ", "_"), "errors": [],
        "reference": getattr(request, "request_id", ""),
    }  # fmt: skip
    return JsonResponse(body, status=status, content_type="application/problem+json")


@public
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render_error(request, 400)


@public
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render_error(request, 403)


@public
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render_error(request, 404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    return render_error(request, 500)


@public
def unavailable(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render_error(request, 503)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render_error(request, 403, template="403_csrf")
