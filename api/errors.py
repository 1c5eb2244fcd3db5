"""Every refusal under /api/ as application/problem+json (RFC 9457), in the reader's language; nothing inside leaks.

{"type": "/api/docs/#problem-invalid", "title": …, "status": 422, "detail": …, "instance": "/api/v1/deals/",
 "code": "invalid", "errors": [{"field": "email", "code": "bad_email", "message": …}], "reference": "…"}
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework.utils.encoders import JSONEncoder

from kernel.context import get_door
from kernel.errors import Conflict, Denied, Invalid, KernelError, NotFound, Problem, Text
from kernel.ids import uuid7

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

#: Code → short title. The reference page lists these, and `type` points there.
TITLES: Mapping[str, Text] = {
    "invalid": _("Some values need another look"),
    "parse_error": _("The request could not be read"),
    "not_authenticated": _("Sign in first"),
    "denied": _("Not allowed"),
    "second_step_required": _("A second step is missing"),
    "not_found": _("Not found"),
    "method_not_allowed": _("This address does not take this method"),
    "not_acceptable": _("No such format"),
    "conflict": _("Someone else saved first"),
    "precondition_failed": _("The record has changed"),
    "too_large": _("The request is too large"),
    "unsupported_media_type": _("This content type is not taken"),
    "throttled": _("Too many requests"),
    "idempotency_key_reused": _("This key was used before"),
    "idempotency_in_progress": _("Still working on it"),
    "unavailable": _("Not available right now"),
    "error": _("That did not work"),
    "server_error": _("An error of ours"),
}


@dataclass(frozen=True)
class Refusal:
    """What a problem document says, before it is bound to a request."""

    status: int
    code: str
    detail: Text
    errors: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class PreconditionFailed(Conflict):
    """If-Match named another version than the current one."""

    code = "precondition_failed"
    status = 412


def errors_of(problems: Mapping[str, list[Problem]]) -> list[dict[str, Any]]:
    return [
        {"field": name, "code": problem.code, "message": problem.message}
        for name, found in problems.items()
        for problem in found
    ]


_MESSAGES: Mapping[type[drf.APIException], tuple[str, Text]] = {
    drf.NotAuthenticated: ("not_authenticated", _("Send a personal token: “Authorization: Bearer …”.")),
    drf.PermissionDenied: ("denied", Denied.message),
    drf.NotFound: ("not_found", NotFound.message),
    drf.MethodNotAllowed: ("method_not_allowed", _("See the Allow header for the methods of this address.")),
    drf.NotAcceptable: ("not_acceptable", _("This address answers application/json.")),
    drf.UnsupportedMediaType: ("unsupported_media_type", _("Send application/json.")),
    drf.Throttled: ("throttled", _("Slow down: the Retry-After header says when to go on.")),
}


def _flatten(detail: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """DRF's nested errors, as a flat list with dotted names."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            bare = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, f"{path}.{bare}".strip("."))
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _flatten(inner, f"{path}.{index}".strip(".") if nested else path)
    else:
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "message": str(detail)}


def _of_drf(exc: drf.APIException) -> Refusal:
    if isinstance(exc, drf.ValidationError):
        return Refusal(422, "invalid", Invalid.message, list(_flatten(exc.detail)))
    if isinstance(exc, drf.ParseError):
        return Refusal(400, "parse_error", str(exc.detail))
    if isinstance(exc, drf.AuthenticationFailed):
        return Refusal(401, "not_authenticated", str(exc.detail), headers=_challenge(exc))
    code, detail = next(
        (found for cls, found in _MESSAGES.items() if isinstance(exc, cls)), ("error", KernelError.message)
    )
    headers: dict[str, str] = {}
    if isinstance(exc, drf.NotAuthenticated):
        return Refusal(401, code, detail, headers=_challenge(exc))
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(max(1, int(wait)))
    return Refusal(exc.status_code, code, detail, headers=headers)


def _challenge(exc: drf.APIException) -> dict[str, str]:
    # A session's scheme would make browsers ask for a password, so Bearer is the only challenge given.
    header = str(getattr(exc, "auth_header", "") or "")
    return {"WWW-Authenticate": header if header.startswith("Bearer") else 'Bearer realm="Peyvand"'}


_TOO_BIG = Refusal(413, "too_large", _("Send less at a time, for example in several batches."))
_SUSPICIOUS = Refusal(400, "parse_error", _("The request could not be read."))
_NO_DATABASE = Refusal(
    503, "unavailable", _("The database cannot be reached. Try again in a moment."), headers={"Retry-After": "5"}
)
#: Django's own exceptions, the narrower first.
_FORESEEN: tuple[tuple[type[Exception], Refusal], ...] = (
    (Http404, Refusal(404, "not_found", _("Nothing is at this address."))),
    (PermissionDenied, Refusal(403, "denied", Denied.message)),
    (RequestDataTooBig, _TOO_BIG),
    (SuspiciousOperation, _SUSPICIOUS),
    (OperationalError, _NO_DATABASE),
    (InterfaceError, _NO_DATABASE),
)


def refusal_of(exc: BaseException) -> Refusal:
    """What may be said about an exception. Of what we did not foresee, nothing but a reference."""
    if isinstance(exc, Invalid):
        return Refusal(exc.status, exc.code, exc.message, errors_of(exc.problems))
    if isinstance(exc, KernelError):
        return Refusal(exc.status, exc.code, exc.message)
    if isinstance(exc, drf.APIException):
        return _of_drf(exc)
    for cls, refusal in _FORESEEN:
        if isinstance(exc, cls):
            return refusal
    return Refusal(500, "server_error", _("It is not your fault. Tell us the reference and we can look it up."))


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A problem document as a plain response: also for middleware and error handlers, outside of any API view."""
    reference = get_door().request_id or str(uuid7())
    body = {
        "type": f"/api/docs/#problem-{refusal.code}",
        "title": TITLES.get(refusal.code, TITLES["error"]),
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": request.path,
        "code": refusal.code,
        "errors": refusal.errors,
        "reference": reference,
        **refusal.extra,
    }
    content = json.dumps(body, cls=JSONEncoder, ensure_ascii=False)
    response = HttpResponse(content, status=refusal.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in refusal.headers.items():
        response[name] = value
    return response


def problem(request: HttpRequest, exc: BaseException) -> HttpResponse:
    """The problem document of an exception; what is our fault goes to the log with the same reference."""
    refusal = refusal_of(exc)
    response = answer(request, refusal)
    if refusal.status >= 500:
        reference = json.loads(response.content)["reference"]
        log.error("API request %s %s failed, reference %s", request.method, request.path, reference, exc_info=exc)
    return response


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's hook."""
    from api.idempotency import Replay  # models: not importable while settings are being read

    if isinstance(exc, Replay):
        return exc.response
    request: HttpRequest = context["request"]._request
    view = context["view"]
    refusal = refusal_of(exc)
    if isinstance(exc, Conflict) and exc.current is not None and hasattr(view, "represent"):
        refusal.extra["current"] = view.represent(exc.current)
    if isinstance(exc, drf.MethodNotAllowed):
        refusal.headers["Allow"] = ", ".join(view.allowed_methods)
    if refusal.status < 500:
        return answer(request, refusal)
    # Django's signal tells error trackers, and the test client, which raises it again.
    got_request_exception.send(sender=type(view), request=request)
    return problem(request, exc)


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """For handler404 of paths under /api/."""
    return problem(request, exception or Http404())


def server_error(request: HttpRequest) -> HttpResponse:
    """For handler500 of paths under /api/; Django has logged the exception already."""
    return answer(request, refusal_of(Exception()))
