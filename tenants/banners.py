"""What a workspace's state has to say on every page: why something is not possible, until when, and what to do."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from frontend.shell import Notice, Shell
from kernel import formats
from tenants.lifecycle import next_date
from tenants.models import Organization
from tenants.services.closing import CLOSE
from tenants.states import State

#: The last days of a trial are announced.
_TRIAL_DAYS: Final = 7


def fill_notices(request: HttpRequest, shell: Shell) -> None:
    """A provider of the frame's data; who is not signed in is told nothing."""
    organization: Organization | None = getattr(request, "organization", None)
    actor: Any = getattr(request, "actor", None)
    if organization is None or actor is None:
        return
    if request.tenant.closed:  # type: ignore[attr-defined]  # ours
        shell.palette_url, shell.settings_url = "", reverse("tenants:closing")
    notice = _notice(organization, is_admin=actor.may(CLOSE), here=request.path)
    if notice is not None:
        shell.notices.append(notice)


def _notice(organization: Organization, *, is_admin: bool, here: str) -> Notice | None:
    state, date = State(organization.state), formats.date_long(next_date(organization))
    if state in (State.TRIAL, State.PAST_DUE):
        text = _announcement(organization, date) if is_admin else ""
        return Notice(text, kind="info" if state == State.TRIAL else "warn") if text else None
    if state == State.READ_ONLY:
        until = _("On {date} the workspace will be suspended.").format(date=date) if is_admin else ""
        return Notice(f"{organization.sentence} {until}".strip(), kind="warn", **_action(here))
    if state in (State.SUSPENDED, State.EXPORTED):
        until = _("On {date} everything in it will be erased.").format(date=date) if date else ""
        url = reverse("tenants:closing")
        if here == url:
            return None
        return Notice(f"{organization.sentence} {until}".strip(), kind="warn", label=_("What to do"), url=url)
    return None


def _announcement(organization: Organization, date: str) -> str:
    if organization.state == State.PAST_DUE:
        said = _("A payment failed. Everything works until {date}; from then on the workspace is read-only.")
        return said.format(date=date)
    ends = organization.trial_ends_on
    if ends is None or (ends - timezone.localdate()).days > _TRIAL_DAYS:
        return ""
    said = _("The trial ends on {date}. After that everything can still be read and exported, but not changed.")
    return said.format(date=formats.date_long(ends))


def _action(here: str) -> dict[str, str]:
    url = reverse("tenants:data")
    return {} if here == url else {"label": _("Download everything"), "url": url}
