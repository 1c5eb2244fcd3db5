"""Answers to what went wrong: a page for people, a problem document (RFC 9457) for programs."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from frontend.errors import error_page
from frontend.views.access import public

_DRAWN = (400, 403, 404, 500, 503)


def answer(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(status)
    return error_page(request, HTTPStatus(status if status in _DRAWN else 400), template)


def explain(request: HttpRequest, status: int, message: str, problems: Sequence[str]) -> HttpResponse:
    """A refusal with its reasons, inside the frame: the reader is where they were, and knows what to do."""
    if status in (403, 404):
        return answer(request, status)
    context = {"status": status, "message": message, "problems": problems, "back": request.headers.get("Referer", "/")}
    return render(request, "frontend/refused.html", context, status=status)


def problem(status: int, detail: str = "") -> HttpResponse:
    phrase = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": phrase, "status": status, "detail": detail or phrase}
    return JsonResponse(body, status=status, content_type="application/problem+json")


@public
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 400)


@public
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 403)


@public
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return answer(request, 404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)


@public
def unavailable(request: HttpRequest) -> HttpResponse:
    return answer(request, 503)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, "403_csrf.html")
