"""Who must have a second step, and what is closed to whoever still lacks one when the time for it is over."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.errors import answer, refusal_of
from frontend.shell import Notice, Shell
from kernel import formats
from kernel.access import Actor
from kernel.errors import Denied

#: Where whoever lacks it may still go: signing in and out, and their own security.
OPEN = ("/auth/", "/settings/security/", "/healthz", "/readyz")
MESSAGE = gettext_lazy(
    "This workspace asks for a second step when signing in, and this person has none. Sign in in a browser and set up"
    " an authenticator app or a passkey; tokens work again after that."
)


class SecondStepMissing(Denied):
    """The person may do nothing until they have set up a second step."""

    code = "second_step_required"
    message = MESSAGE


def is_overdue(actor: Actor) -> bool:
    return actor.secure_by is not None and actor.secure_by <= timezone.now()


def held_back(actor: Actor) -> Actor:
    """The actor without anything they hold: what pages that stay open show of the workspace is nothing."""
    return replace(Actor(actor.user_id, actor.label), engines=actor.engines, secure_by=actor.secure_by)


def refuse_overdue(actor: Actor) -> None:
    if is_overdue(actor):
        raise SecondStepMissing()


def turned_away(request: HttpRequest) -> HttpResponse | None:
    """The answer to a signed-in request that may not go on; None where it may. Takes the actor's rights with it."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not is_overdue(actor):
        return None
    request.actor = held_back(actor)  # type: ignore[attr-defined]  # ours
    if request.path.startswith(OPEN):
        return None
    if request.path.startswith("/api/"):
        return answer(request, refusal_of(SecondStepMissing()))
    return _lead(request)


def _lead(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=403)
        response["HX-Redirect"] = setup_url()
        return response
    return HttpResponseRedirect(setup_url(request.get_full_path() if request.method == "GET" else "/"))


def setup_url(back: str = "/") -> str:
    return f"{reverse('identity_second_step')}?{urlencode({'next': back})}"


def fill_notices(request: HttpRequest, shell: Shell) -> None:
    """A provider of the frame's data: the strip that is above every page until the second step is there."""
    actor: Any = getattr(request, "actor", None)
    if actor is None or actor.secure_by is None or request.path.startswith("/auth/"):
        return  # under /auth/ they are on their way
    if is_overdue(actor):
        text = _("Set up a second step for signing in. Until then nothing else is open to you.")
    else:
        day = formats.date_long(timezone.localtime(actor.secure_by).date())
        text = _("Signing in here will need a second step. Set one up by {day}.").format(day=day)
    shell.notices.append(Notice(text, "warn", _("Set it up"), setup_url()))
