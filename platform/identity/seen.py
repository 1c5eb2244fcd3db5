"""When somebody was last here, to five minutes: a row written at most that often."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from identity.models import User

EVERY = timedelta(minutes=5)


def note_presence(user: User) -> None:
    now = timezone.now()
    if user.last_seen is not None and user.last_seen > now - EVERY:
        return
    stale = Q(last_seen__isnull=True) | Q(last_seen__lte=now - EVERY)
    User.everything.filter(stale, pk=user.pk).update(last_seen=now)
