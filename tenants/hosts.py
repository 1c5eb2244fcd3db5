"""From a host to what answers there: the public site, the provider's console, or a workspace."""

import hashlib
import time
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.http.request import split_domain_port

from kernel.context import public_context
from kernel.ids import uuid7

if TYPE_CHECKING:
    from tenants.models import Organization

#: What we remember is never older than this, whatever became of the stamps.
SECONDS: Final = 2.0
_MOST: Final = 5_000
_known: "dict[str, tuple[float, str, Organization]]" = {}


def bare(host: str) -> str:
    """The host without port, capitals and trailing dot."""
    return split_domain_port(host)[0]


def is_public(host: str) -> bool:
    return host in (settings.BASE_HOST, f"www.{settings.BASE_HOST}", "127.0.0.1", "[::1]")


def is_console(host: str) -> bool:
    return bool(host == settings.CONSOLE_HOST)


def address(host: str, path: str = "/") -> str:
    """An absolute address on one of our hosts, with the port people see in development."""
    usual = settings.PORT in (80, 443) or settings.ENV == "prod"
    return f"{settings.SCHEME}://{host}{'' if usual else f':{settings.PORT}'}{path}"


def subdomain_of(host: str) -> str:
    """The part before our own host; "" for a host that is not one of ours."""
    name, dot, rest = host.partition(".")
    return name if dot and rest == settings.BASE_HOST else ""


def organization_at(host: str) -> "Organization | None":
    """The organization that answers at this bare host: one query, remembered for a moment.

    Another process may have changed it, an engine switched on there must be on here at once: whoever changes an
    organization leaves a stamp in the cache that all processes share.
    """
    from tenants.models import Organization

    now = time.monotonic()
    stamp = _stamp(host)  # read before the row is: a change in between shows in the next stamp
    remembered = _known.get(host)
    if remembered and remembered[1] == stamp and now - remembered[0] < SECONDS:
        return remembered[2]
    subdomain = subdomain_of(host)
    condition = Q(subdomain=subdomain) if subdomain else Q(domains__domain=host)
    found: Organization | None = Organization.objects.filter(condition).first()
    if found is None:
        _known.pop(host, None)
        return None
    if len(_known) >= _MOST:
        _known.clear()
    _known[host] = (now, stamp, found)
    return found


def _stamp(host: str) -> str:
    with public_context():
        return str(cache.get(_stamp_key(host), ""))


def _stamp_key(host: str) -> str:
    """Without the host itself: it may be the name of somebody who was just erased."""
    return f"host-changed:{hashlib.blake2s(host.encode()).hexdigest()}"


def forget(host: str) -> None:
    _known.pop(host, None)
    with public_context():
        cache.set(_stamp_key(host), uuid7().hex, timeout=60)


def forget_all() -> None:
    _known.clear()


def public_host() -> str:
    return str(settings.BASE_HOST)
