"""Where somebody is signed in, and ending that."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from identity.models import User
from identity.services.people import require_over
from identity.services.writing import lock_user
from kernel.access import Actor
from kernel.audit import record_act
from kernel.errors import NotFound


def end_sessions(user: User, *, but: str = "") -> int:
    """Sign somebody out everywhere, or everywhere else."""
    return _end(UserSession.objects.filter(user=user).exclude(session_key=but))


@transaction.atomic
def end_own_session(*, actor: Actor, user: User, number: int) -> None:
    """Sign oneself out on one device."""
    _end_one(user, number)
    record_act("session_ended", actor=actor, entity="user", record=user)


@transaction.atomic
def end_other_sessions(*, actor: Actor, user: User, here: str) -> int:
    """Sign oneself out everywhere but here."""
    ended = end_sessions(user, but=here)
    if ended:
        record_act("session_ended", actor=actor, entity="user", record=user, changes={"rows": [None, ended]})
    return ended


@transaction.atomic
def end_sessions_of(*, actor: Actor, user: User, number: int | None = None) -> int:
    """Sign somebody else out: on one device, or wherever they are. They can sign in again."""
    user = lock_user(user)
    require_over(actor, user)
    if number is not None:
        _end_one(user, number)
        ended = 1
    else:
        ended = end_sessions(user)
    if ended:
        record_act("session_ended", actor=actor, entity="user", record=user, changes={"rows": [None, ended]})
    return ended


def _end_one(user: User, number: int) -> None:
    """By the row's number among this person's own; another's number is unknown."""
    if not _end(UserSession.objects.filter(user=user, pk=number)):
        raise NotFound()


def _end(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
