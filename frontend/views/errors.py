"""Pages that say what happened, what was kept, and what to do."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from frontend.views.access import public

_HAVE_PAGES = (400, 403, 404, 409, 500, 503)


def render_error(request: HttpRequest, status: int, *, message: str = "", problems: Sequence[str] = ()) -> HttpResponse:
    """The page for a status, or a problem document where a program asks."""
    if request.path.startswith("/api/"):
        return problem(status, message)
    page = status if status in _HAVE_PAGES else (500 if status >= 500 else 400)
    context = {
        "status": status, "message": message, "problems": list(problems),
        "reference": getattr(request, "request_id", ""),
    }  # fmt: skip
    try:
        get_template(f"{page}.html")
    except TemplateDoesNotExist:
        page = 400
    return render(request, f"{page}.html", context, status=status)


def problem(status: int, detail: str = "") -> HttpResponse:
    """RFC 9457, for what goes wrong before the API's own handler is reached."""
    phrase = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": phrase, "status": status, "detail": detail or phrase}
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
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render_error(request, 403)
