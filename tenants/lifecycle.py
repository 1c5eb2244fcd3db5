"""An organization's life as an explicit state machine: which moves there are, why they may be made, and one service
that makes them. What a state means is in tenants/states.py; the last move, to "erased", is tenants/erasure.py's."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.audit import record_act
from kernel.context import public_context, tenant_context
from kernel.errors import KernelError
from kernel.events import publish
from kernel.jobs import pause_jobs
from tenants.mail import send_state
from tenants.models import Organization, StateChange
from tenants.states import MEANINGS, REASONS, State

_CLOSED: Final = frozenset({"closed_by_admin", "closed_by_provider"})
_BACK: Final = frozenset({"closing_withdrawn", "reopened_by_provider"})

#: From a state to those that may follow, and for which reasons.
MOVES: Final[Mapping[State, Mapping[State, frozenset[str]]]] = {
    State.TRIAL: {
        State.ACTIVE: frozenset({"paid", "activated_by_provider"}),
        State.READ_ONLY: frozenset({"trial_ended"}),
        State.SUSPENDED: _CLOSED,
    },
    State.ACTIVE: {
        State.PAST_DUE: frozenset({"payment_failed"}),
        State.READ_ONLY: frozenset({"subscription_ended"}),
        State.SUSPENDED: _CLOSED,
    },
    State.PAST_DUE: {
        State.ACTIVE: frozenset({"paid", "activated_by_provider"}),
        State.READ_ONLY: frozenset({"grace_over", "subscription_ended"}),
        State.SUSPENDED: _CLOSED,
    },
    State.READ_ONLY: {
        State.ACTIVE: frozenset({"paid", "activated_by_provider"}),
        State.SUSPENDED: _CLOSED | {"grace_over"},
    },
    State.SUSPENDED: {
        State.ACTIVE: _BACK | {"paid"},
        **dict.fromkeys((State.TRIAL, State.PAST_DUE, State.READ_ONLY), _BACK),
        State.EXPORTED: frozenset({"archive_made"}),
        State.ERASED: frozenset({"erase_due"}),
    },
    State.EXPORTED: {
        State.ACTIVE: _BACK | {"paid"},
        **dict.fromkeys((State.TRIAL, State.PAST_DUE, State.READ_ONLY), _BACK),
        State.ERASED: frozenset({"erase_due"}),
    },
    State.ERASED: {},
}

#: Moves that time makes: from where, to where, why.
TIMED: Final[Mapping[State, tuple[State, str]]] = {
    State.TRIAL: (State.READ_ONLY, "trial_ended"),
    State.PAST_DUE: (State.READ_ONLY, "grace_over"),
    State.READ_ONLY: (State.SUSPENDED, "grace_over"),
}


#: States of which administrators hear by letter.
TOLD: Final = frozenset({State.PAST_DUE, State.READ_ONLY, State.SUSPENDED, State.EXPORTED})


class IllegalMove(KernelError):
    code = "illegal_move"
    status = 409
    message = _("The workspace is not in a state from which this is possible. Look at it again.")


def may_move(old: str, to: str, reason: str) -> bool:
    return reason in REASONS and reason in MOVES[State(old)].get(State(to), ())


@transaction.atomic
def move(organization: Organization, to: str, *, reason: str, actor: Actor) -> Organization:
    """Bring an organization into another state: row, history, audit and event together. Returns the row as it is now.

    `actor` is not asked for a permission here: whoever calls has (an administrator who closes, the console) or is the
    system (time, payments).
    """
    with public_context():
        locked: Organization = Organization.objects.select_for_update().get(pk=organization.pk)
        old = locked.state
        if not may_move(old, to, reason):
            raise IllegalMove()
        since = _since(locked, to, reason)
        locked.state, locked.state_reason, locked.state_since = to, reason, since
        locked.erase_after = _erase_after(locked)
        locked.save(update_fields=["state", "state_reason", "state_since", "erase_after"])
        StateChange.objects.create(
            organization=locked, old=old, new=to, reason=reason, actor_label=actor.label[:200]
        )  # fmt: skip
    with tenant_context(locked.as_tenant()):
        changes = {"state": [old, to], "reason": [None, reason]}
        record_act("state_changed", actor=actor, entity="organization", label=locked.name, changes=changes)
        publish("tenants.state_changed", {"old": old, "new": to, "reason": reason})
        if not MEANINGS[State(to)].writes:
            pause_jobs()
        if to in TOLD:
            send_state(locked)
    return locked


def _since(organization: Organization, to: str, reason: str) -> datetime:
    """Now; but a closing that is withdrawn gives no new grace: the state before goes on where it was."""
    if reason != "closing_withdrawn":
        return timezone.now()
    entered = StateChange.objects.filter(organization=organization, new=to).order_by("-id").first()
    return entered.at if entered else organization.created_at


def _erase_after(organization: Organization) -> datetime | None:
    """Whom the provider suspends keeps everything; who closes or does not pay is told a date."""
    if organization.state == State.EXPORTED:
        return organization.erase_after
    if organization.state != State.SUSPENDED or organization.state_reason not in settings.ERASE_AFTER_DAYS:
        return None
    days: int = settings.ERASE_AFTER_DAYS[organization.state_reason]
    return timezone.now() + timedelta(days=days)


def last_suspension(organization: Organization) -> StateChange | None:
    """When and why it was last suspended; a final archive made since changes neither."""
    with public_context():
        changes = StateChange.objects.filter(organization=organization, new=State.SUSPENDED)
        return changes.order_by("-id").first()


def state_before_closing(organization: Organization) -> State:
    """Where a suspended organization goes back to: what it was, unless it was suspended for not paying."""
    last = last_suspension(organization)
    return State(last.old) if last and last.reason in _CLOSED else State.ACTIVE


def due_moves(now: datetime | None = None) -> list[tuple[Organization, State, str]]:
    """What time has brought about: one query, whatever the number of organizations."""
    now = now or timezone.now()
    due = Q(state=State.TRIAL, trial_ends_on__lt=now.date())
    due |= Q(state=State.PAST_DUE, state_since__lte=now - timedelta(days=settings.PAST_DUE_DAYS))
    due |= Q(state=State.READ_ONLY, state_since__lte=now - timedelta(days=settings.READ_ONLY_DAYS))
    with public_context():
        return [(one, *TIMED[State(one.state)]) for one in Organization.objects.filter(due).order_by("state_since")]


#: Starts the final archive of a suspended organization, or finds it; True once it is there to be downloaded.
FinalArchive = Callable[[Organization], bool]
_final_archive: FinalArchive | None = None


def set_final_archive(make: FinalArchive) -> None:
    """Whoever makes archives says how, at start-up. Until then nobody becomes "exported" before the end."""
    global _final_archive  # noqa: PLW0603 — one process-wide hook, set once at start-up
    _final_archive = make


def due_archives(now: datetime | None = None) -> list[Organization]:
    """Suspended organizations that are to be erased soon: the last chance to take everything along."""
    if _final_archive is None:
        return []
    now = now or timezone.now()
    soon = now + timedelta(days=settings.FINAL_ARCHIVE_DAYS)
    with public_context():
        # What is due for erasure already would be erased together with its archive.
        return list(Organization.objects.filter(state=State.SUSPENDED, erase_after__gt=now, erase_after__lte=soon))


def finish_archive(organization: Organization, *, actor: Actor) -> bool:
    """Have the final archive made; once it is there the organization is "exported"."""
    if _final_archive is None or not _final_archive(organization):
        return False
    move(organization, State.EXPORTED, reason="archive_made", actor=actor)
    return True
