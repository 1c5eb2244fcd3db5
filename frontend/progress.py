"""How far long work is, in words."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import ngettext

from kernel.formats import num


def time_left(begun: datetime | None, done: int, total: int | None) -> str:
    """How long the rest of a job will take if it goes on as it did; "" while that cannot be said."""
    if not begun or not done or not total:
        return ""
    spent = max((timezone.now() - begun).total_seconds(), 0.5)
    left = spent / done * max(total - done, 0)
    if left < 90:
        seconds = max(int(left), 1)
        told = ngettext("about %(count)s second left", "about %(count)s seconds left", seconds)
        return told % {"count": num(seconds)}
    minutes = round(left / 60)
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {"count": num(minutes)}
