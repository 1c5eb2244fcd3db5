"""Limits on what anybody may ask of the public site: fixed windows, counted in the cache by address."""

import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from kernel.context import get_door
from kernel.errors import KernelError


class TooMany(KernelError):
    code = "throttled"
    status = 429
    message = _("Too many attempts. Wait a while and try again.")

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait


def spend(what: str, who: str = "") -> None:
    """Count one use; TooMany when the window is full."""
    most, window = settings.PUBLIC_LIMITS[what]
    now = int(time.time())
    key = f"limit:{what}:{who or get_door().ip or ''}:{now // window}"
    cache.add(key, 0, window)
    try:
        used = cache.incr(key)
    except ValueError:  # evicted in between: a lost count is better than a lost sign-up
        return
    if used > most:
        raise TooMany(window - now % window)
