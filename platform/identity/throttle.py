"""Rate limits of our own addresses, with allauth's counter. Cache keys carry the workspace (kernel.cache)."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest


def allowed(
    request: HttpRequest, action: str, per_ip: str, *, per_key: str = "", key: str = "", reading: bool = False
) -> bool:
    """Count this attempt; False when there were too many, such as "30/m" from one address or "5/5m" for one key.

    allauth counts no GET unless told that `reading` is an attempt as well.
    """
    rates = [f"{per_ip}/ip"] + ([f"{per_key}/key"] if per_key else [])
    config = {action: ",".join(rates)}
    return bool(
        ratelimit.consume(request, app="identity", action=action, key=key or None, config=config, limit_get=reading)
    )
