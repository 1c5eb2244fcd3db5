"""What a workspace's state has to say to people: why something is not possible, and until when things stay as they are.

In the reader's language and calendar, which must be in force.
"""

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import formats
from tenants.models import Organization
from tenants.states import State

#: The last days of a trial are announced.
_TRIAL_DAYS: Final = 7


def announcement(organization: Organization, *, for_admin: bool) -> str:
    """A sentence or two; "" where there is nothing to say. Dates of what may still be averted are administrators'."""
    state, date = State(organization.state), formats.date_long(organization.next_date)
    if state == State.TRIAL:
        return _trial(organization) if for_admin else ""
    if state == State.PAST_DUE:
        said = _("A payment failed. Everything works until {date}; from then on the workspace is read-only.")
        return said.format(date=date) if for_admin else ""
    until = ""
    if state == State.READ_ONLY and for_admin:
        until = _("On {date} the workspace will be suspended.")
    if state in (State.SUSPENDED, State.EXPORTED) and date:
        until = _("On {date} everything in it will be erased.")
    return f"{organization.sentence} {until.format(date=date)}".strip()


def _trial(organization: Organization) -> str:
    ends = organization.trial_ends_on
    if ends is None or (ends - timezone.localdate()).days > _TRIAL_DAYS:
        return ""
    said = _("The trial ends on {date}. After that everything can still be read and exported, but not changed.")
    return said.format(date=formats.date_long(ends))
