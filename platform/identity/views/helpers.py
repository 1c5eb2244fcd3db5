"""What the pages of this part share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identity.models import User
from kernel.access import Actor
from kernel.errors import Denied, Invalid


class WorkspaceRequest(HttpRequest):
    """A request after the middleware of tenants and identity (only for types)."""

    actor: Actor
    user: User


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page inside Settings; on the provider's host inside the console."""
    tenant = getattr(request, "tenant", None)
    frame = "identity/frame_console.html" if tenant is None or tenant.is_public else "identity/frame_settings.html"
    return render(request, template, {"frame": frame, **(context or {})}, status=status)


def accepted(form: BaseForm, act: Callable[[], Any]) -> bool:
    """Run a service with a valid form's values; its problems become the form's errors, beside their fields."""
    if not form.is_valid():
        return False
    try:
        act()
    except Invalid as error:
        for field, problems in error.problems.items():
            for problem in problems:
                form.add_error(field if field in form.fields else None, str(problem))
        return False
    return True


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Run a service behind a button: say what was done, or why not, on the page one comes back to."""
    try:
        act()
    except (Invalid, Denied) as error:
        messages.error(request, refusal_words(error))
        return False
    messages.success(request, done)
    return True


def refusal_words(error: Invalid | Denied) -> str:
    """Why a service refused, in one line."""
    problems = error.problems.values() if isinstance(error, Invalid) else ()
    return " ".join(str(problem) for several in problems for problem in several) or str(error)
