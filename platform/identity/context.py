"""Context processor: what pages of any engine may want to know of the reader's account."""

from typing import Any

from django.http import HttpRequest

from identity.sessions import UNCONFIRMED


def account(request: HttpRequest) -> dict[str, Any]:
    """`needs_confirmation` for identity/_confirm_strip.html; asks the session only, and only of who is signed in."""
    signed_in = getattr(request, "actor", None) is not None
    return {"needs_confirmation": signed_in and bool(request.session.get(UNCONFIRMED))}
