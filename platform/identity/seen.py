"""When somebody was last here, and on which device, to five minutes: rows written at most that often."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from identity.models import User

EVERY = timedelta(minutes=5)
SEEN = "seen"


def note_presence(user: User) -> None:
    now = timezone.now()
    if user.last_seen is not None and user.last_seen > now - EVERY:
        return
    stale = Q(last_seen__isnull=True) | Q(last_seen__lte=now - EVERY)
    User.everything.filter(stale, pk=user.pk).update(last_seen=now)


def note_session(request: Any) -> None:
    """The device's own line under "Where you are signed in". The session remembers when, so no request asks for it."""
    now = timezone.now()
    stamp = int(now.timestamp())
    if stamp - request.session.get(SEEN, 0) < EVERY.total_seconds():
        return
    request.session[SEEN] = stamp
    here = UserSession.objects.filter(session_key=request.session.session_key)
    here.update(last_seen_at=now, ip=get_adapter().get_client_ip(request))
