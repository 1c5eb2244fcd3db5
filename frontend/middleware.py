"""Turns errors of the kernel into pages or fragments; under /api/ the API's own handler has spoken already."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_str

from frontend.views.errors import render_error
from kernel.errors import Invalid, KernelError

Next = Callable[[HttpRequest], HttpResponse]


class ErrorPagesMiddleware:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, KernelError) or request.path.startswith("/api/"):
            return None
        if request.headers.get("HX-Request") == "true":
            return _fragment(error)
        return render_error(request, error.status, message=str(error), problems=_sentences(error))


def _sentences(error: KernelError) -> list[str]:
    if not isinstance(error, Invalid):
        return []
    return [str(problem) for problems in error.problems.values() for problem in problems]


def _fragment(error: KernelError) -> HttpResponse:
    """Nothing is swapped; the page says what was wrong and keeps what was typed."""
    text = " ".join([force_str(error.message), *_sentences(error)])
    response = HttpResponse(status=error.status)
    response["HX-Trigger"] = json.dumps({"toast": {"message": text, "kind": "error"}})
    response["HX-Reswap"] = "none"
    return response
