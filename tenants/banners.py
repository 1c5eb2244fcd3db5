"""The strip above every page of a workspace that is not simply open; and what the frame of a closed one leaves out."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.shell import Notice, Shell
from tenants.announcing import announcement
from tenants.models import Organization
from tenants.services.closing import CLOSE
from tenants.states import State


def fill_notices(request: HttpRequest, shell: Shell) -> None:
    """A provider of the frame's data; who is not signed in is told nothing."""
    organization: Organization | None = getattr(request, "organization", None)
    actor: Any = getattr(request, "actor", None)
    if organization is None or actor is None:
        return
    if request.tenant.closed:  # type: ignore[attr-defined]  # ours
        shell.palette_url, shell.settings_url = "", reverse("tenants:closing")
    label, url = _way_on(State(organization.state))
    if request.tenant.closed and request.path == url:  # type: ignore[attr-defined]  # ours
        return  # the page itself says it all
    if text := announcement(organization, for_admin=actor.may(CLOSE)):
        kind = "info" if organization.state == State.TRIAL else "warn"
        shell.notices.append(Notice(text, kind, *(("", "") if request.path == url else (label, url))))


def _way_on(state: State) -> tuple[str, str]:
    if state == State.READ_ONLY:
        return _("Download everything"), reverse("tenants:data")
    if state in (State.SUSPENDED, State.EXPORTED):
        return _("What to do"), reverse("tenants:closing")
    return "", ""
