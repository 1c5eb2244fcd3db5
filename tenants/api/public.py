"""The one thing a program can do on the bare host: sign up."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from api.errors import Refusal, answer, problem
from kernel.context import door, get_door
from kernel.errors import Invalid, KernelError, Problem
from tenants import limits
from tenants.forms import SIGN_UP_FIELDS
from tenants.services.signup import sign_up

_LARGEST = 64 * 1024


class Unreadable(Exception):
    """The body is not what this address takes."""


@csrf_exempt
@sensitive_variables("values")
def signup(request: HttpRequest) -> HttpResponse:
    """{organization, subdomain, name, email, password, language} → 201 {url, token}."""
    if request.method != "POST":
        detail = _("See the Allow header for the methods of this address.")
        return answer(request, Refusal(405, "method_not_allowed", detail, headers={"Allow": "POST"}))
    try:
        with door("api", ip=get_door().ip, request_id=get_door().request_id):
            limits.spend("signup")
            values = _values(request)
            done = sign_up(**values)
    except Unreadable as error:
        return answer(request, Refusal(400, "parse_error", str(error)))
    except limits.TooMany as error:
        return answer(request, Refusal(429, "throttled", error.message, headers={"Retry-After": str(error.wait)}))
    except KernelError as error:
        return problem(request, error)
    body = {"url": done.url, "token": done.token, "id": str(done.organization.pk), "enter": done.enter}
    return JsonResponse(body, status=201, headers={"Location": done.url, "Cache-Control": "no-store"})


def _values(request: HttpRequest) -> dict[str, str]:
    if request.content_type != "application/json":
        raise Unreadable(_("Send application/json."))
    if len(request.body) > _LARGEST:
        raise Unreadable(_("The request is too large."))
    try:
        data: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unreadable(_("The body is not JSON.")) from None
    if not isinstance(data, dict):
        raise Unreadable(_("Send a JSON object."))
    problems: dict[str, list[Problem]] = {}
    for name in sorted(set(data) - set(SIGN_UP_FIELDS)):
        problems[str(name)[:60]] = [Problem("unknown_field", _("There is no such field."))]
    for name in SIGN_UP_FIELDS:
        if not isinstance(data.get(name, ""), str) or "\x00" in data.get(name, ""):
            problems[name] = [Problem("not_text", _("This must be text."))]
    if problems:
        raise Invalid(problems)
    return {name: data.get(name, "en" if name == "language" else "") for name in SIGN_UP_FIELDS}


def unknown(request: HttpRequest) -> HttpResponse:
    return problem(request, Http404())


unknown = csrf_exempt(unknown)
