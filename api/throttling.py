"""Rate limits: fixed windows counted in the cache, whose keys carry the workspace (kernel.cache and, again, here)."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from kernel.context import get_door, get_tenant


@dataclass(frozen=True)
class Quota:
    """What a caller has left of one limit."""

    name: str
    limit: int
    window: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


def _bump(key: str, window: int) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:
        # Two first requests at once: `add` lets one make the counter, and both then count.
        cache.add(key, 0, window * 2)
    try:
        return int(cache.incr(key))
    except ValueError:  # evicted in between; a lost count is better than a lost request
        return 1


def spend(name: str, who: str) -> Quota:
    """Count one request of `who` against the limit of that name."""
    limit, window = settings.API_RATE_LIMITS[name]
    now = int(time.time())
    tenant = get_tenant()
    schema = tenant.schema if tenant else "public"
    used = _bump(f"rate:{schema}:{name}:{who}:{now // window}", window)
    return Quota(name, limit, window, used, window - now % window)


class Throttle(BaseThrottle):
    """Counts, and leaves the quota on the request for `stamp` to put into headers."""

    quota: Quota | None = None

    def bucket(self, request: Request) -> tuple[str, str]:
        raise NotImplementedError

    def allow_request(self, request: Request, _view: Any) -> bool:
        self.quota = spend(*self.bucket(request))
        seen = request._request.__dict__.setdefault("peyvand_quotas", [])
        seen.append(self.quota)
        return self.quota.used <= self.quota.limit

    def wait(self) -> float | None:
        return float(self.quota.reset) if self.quota else None


class CallerThrottle(Throttle):
    """By token, else by user, else by address."""

    def bucket(self, request: Request) -> tuple[str, str]:
        token = getattr(request.auth, "pk", None)
        if token is not None:
            return "token", f"t{token}"
        user = getattr(request.user, "pk", None)
        if user is not None:
            return "token", f"u{user}"
        return "anonymous", get_door().ip or request.META.get("REMOTE_ADDR", "")


class WorkspaceThrottle(Throttle):
    def bucket(self, _request: Request) -> tuple[str, str]:
        return "workspace", "all"


def stamp(request: HttpRequest, response: HttpResponseBase) -> None:
    """The headers of the IETF draft (RateLimit, RateLimit-Policy) and the older three, for the tightest limit."""
    quotas: list[Quota] = getattr(request, "peyvand_quotas", [])
    if not quotas:
        return
    tightest = min(quotas, key=lambda quota: (quota.remaining, quota.limit))
    response["RateLimit-Policy"] = ", ".join(f'"{q.name}";q={q.limit};w={q.window}' for q in quotas)
    response["RateLimit"] = ", ".join(f'"{q.name}";r={q.remaining};t={q.reset}' for q in quotas)
    response["RateLimit-Limit"] = str(tightest.limit)
    response["RateLimit-Remaining"] = str(tightest.remaining)
    response["RateLimit-Reset"] = str(tightest.reset)
