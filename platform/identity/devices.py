"""Where somebody is signed in. A browser's name comes from its User-Agent header: enough to recognise one's own."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from identity.models import User

_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Device:
    """A session as people know it."""

    number: int
    name: str
    ip: str
    since: datetime
    seen: datetime
    current: bool


def devices_of(user: User, *, current: str = "") -> list[Device]:
    """Sessions that still open something, the last seen first; those a new password has ended are swept away."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    kept = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    proof = user.get_session_auth_hash()
    alive = {
        one.session_key for one in kept if constant_time_compare(one.get_decoded().get(HASH_SESSION_KEY, ""), proof)
    }
    if dead := [row.pk for row in rows if row.session_key not in alive]:
        UserSession.objects.filter(pk__in=dead).delete()
    return [
        Device(
            one.pk, device_name(one.user_agent), one.ip, one.created_at, one.last_seen_at, one.session_key == current
        )
        for one in rows
        if one.session_key in alive
    ]


def device_name(user_agent: str) -> str:
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or _("Unknown device")
