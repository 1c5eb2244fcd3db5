"""The states of an organization, and what each means for whoever is inside. The moves: tenants/lifecycle.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.errors import Text


class State(models.TextChoices):
    """In the order of a life that ends."""

    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Past due")
    READ_ONLY = "read_only", _("Read-only")
    SUSPENDED = "suspended", _("Suspended")
    EXPORTED = "exported", _("Exported")
    ERASED = "erased", _("Erased")


@dataclass(frozen=True)
class Meaning:
    """`enter`: who comes past the door; `writes`: whether anything may be changed; `jobs`: which of them run.

    "reading" jobs are those that change no record (kernel.registry.Module.reading_jobs): exports. The rest is kept
    and waits, as events do.
    """

    enter: Literal["all", "admins", "nobody"]
    writes: bool
    jobs: Literal["all", "reading", "none"]


MEANINGS: Final[Mapping[State, Meaning]] = {
    State.TRIAL: Meaning("all", writes=True, jobs="all"),
    State.ACTIVE: Meaning("all", writes=True, jobs="all"),
    # Everything works; administrators see until when.
    State.PAST_DUE: Meaning("all", writes=True, jobs="all"),
    # People sign in, look, search, export; every page says why nothing can be changed and what to do.
    State.READ_ONLY: Meaning("all", writes=False, jobs="reading"),
    # People see a page that says so; administrators reach their data and the way back.
    State.SUSPENDED: Meaning("admins", writes=False, jobs="reading"),
    State.EXPORTED: Meaning("admins", writes=False, jobs="reading"),
    # There is nothing to enter.
    State.ERASED: Meaning("nobody", writes=False, jobs="none"),
}


def meaning_of(state: str) -> Meaning:
    return MEANINGS[State(state)]


def states_where(**wanted: object) -> list[str]:
    """`states_where(jobs="all")`: the states whose meaning is so."""
    return [
        state.value for state, meaning in MEANINGS.items() if all(getattr(meaning, k) == v for k, v in wanted.items())
    ]


#: Why an organization is in its state, as the console and the history say it.
REASONS: Final[Mapping[str, Text]] = {
    "trial_ended": _("The trial ended"),
    "payment_failed": _("A payment failed"),
    "paid": _("Paid"),
    "subscription_ended": _("The subscription ended"),
    "grace_over": _("The grace period is over"),
    "closed_by_admin": _("Closed by an administrator"),
    "closing_withdrawn": _("Closing withdrawn"),
    "closed_by_provider": _("Suspended by the provider"),
    "activated_by_provider": _("Activated by the provider"),
    "reopened_by_provider": _("Reopened by the provider"),
    "archive_made": _("The final archive is made"),
    "erase_due": _("The date of erasure has come"),
}

#: What people inside are told where nothing may be changed: why, and what to do.
_SENTENCES: Final[Mapping[tuple[State, str], Text]] = {
    (State.READ_ONLY, "trial_ended"): _(
        "The trial has ended. You can read, search and export everything; to go on working, write to us."
    ),
    (State.READ_ONLY, "subscription_ended"): _(
        "The subscription has ended. You can read, search and export everything; to go on working, renew it."
    ),
    (State.READ_ONLY, "grace_over"): _(
        "A payment is overdue. You can read, search and export everything; changes are possible again once it is paid."
    ),
    (State.SUSPENDED, "closed_by_admin"): _("An administrator has closed this workspace."),
    (State.SUSPENDED, "grace_over"): _("This workspace is suspended because nothing was paid."),
}
_READ_ONLY: Final = _("This workspace is read-only. You can read, search and export everything, and change nothing.")
_SUSPENDED: Final = _("This workspace is suspended.")


def sentence_for(state: str, reason: str) -> Text:
    """Why nothing can be changed in this state; "" where everything can."""
    if meaning_of(state).writes:
        return ""
    usual = _READ_ONLY if state == State.READ_ONLY else _SUSPENDED
    return _SENTENCES.get((State(state), reason), usual)
