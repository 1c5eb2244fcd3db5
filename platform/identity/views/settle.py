"""allauth's afterthoughts, inside the request's transaction.

It leaves signals, messages and letters to `transaction.on_commit`. Here the whole request is one transaction, so these
would run when the answer is finished (its message lost) and no statement of a workspace is allowed any more.
"""

from functools import wraps

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from frontend.views.access import View


def settled(view: View) -> View:
    """Run what allauth registered during this view before its answer leaves; what others registered stays."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        waiting = connection.run_on_commit
        theirs = [entry for entry in waiting if entry[1].__module__.startswith("allauth.")]
        connection.run_on_commit = [entry for entry in waiting if entry not in theirs]
        for _savepoints, act, _robust in theirs:
            act()
        return response

    return inner
