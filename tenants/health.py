"""/healthz: this process answers. /readyz: database, cache, queue and the schema release are fit for traffic."""

from typing import Final

import redis
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from kernel.context import public_context
from tenants import releases

PATHS: Final = frozenset({"/healthz", "/readyz"})
#: The worker writes its heartbeat with every sweep; three missed ones are a queue that stands still.
HEARTBEAT: Final = "queue-heartbeat"
STALE_SECONDS: Final = 120


def answer(request: HttpRequest) -> JsonResponse:
    response = JsonResponse({"status": "ok"}) if request.path == "/healthz" else _ready()
    response["Cache-Control"] = "no-store"
    return response


def beat() -> None:
    """Called by the worker."""
    with public_context():
        cache.set(HEARTBEAT, timezone.now().timestamp(), timeout=3600)


def queue_age() -> float | None:
    """Seconds since a worker was last heard of."""
    with public_context():
        at = cache.get(HEARTBEAT)
    return None if at is None else max(0.0, timezone.now().timestamp() - at)


def _ready() -> JsonResponse:
    age = None
    report: dict[str, object] = {"cache": {"ok": True}}
    try:
        age = queue_age()
    except redis.RedisError:
        report["cache"] = {"ok": False}
    report["queue"] = {"ok": age is not None and age < STALE_SECONDS, "seconds_since_heartbeat": age and round(age, 1)}
    try:
        with public_context():
            wanted, found = releases.release_version(), releases.prepared_version()
            report["database"] = {"ok": True}
            report["release"] = {"ok": wanted == found, "code": wanted, "database": found, "parts": releases.versions()}
    except Error:
        # The next request makes a new connection; nothing of the error is told outside.
        connection.close()
        report["database"] = {"ok": False}
        report["release"] = {"ok": False}
    # A queue that stands still delays work; it does not make pages wrong, so it does not take the process out.
    ready = all(part["ok"] for name, part in report.items() if name != "queue" and isinstance(part, dict))
    return JsonResponse({"status": "ok" if ready else "unready", **report}, status=200 if ready else 503)
