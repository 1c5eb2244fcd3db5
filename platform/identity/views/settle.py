"""allauth's afterthoughts, inside the request's transaction.

It leaves signals, messages and letters to `transaction.on_commit`. Here the whole request is one transaction, so these
would run when the answer is finished (its message lost) and no statement of a workspace is allowed any more.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def settled(view: View) -> View:
    """Run what allauth registered during this view before its answer leaves; what others registered stays."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        waiting: list[Any] = list(connection.run_on_commit)
        theirs = [entry for entry in waiting if entry[1].__module__.startswith("allauth.")]
        connection.run_on_commit = [entry for entry in waiting if entry not in theirs]
        for entry in theirs:
            entry[1]()
        return response

    return cast(View, inner)
