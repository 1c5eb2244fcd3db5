"""Waking workers: a hint through Celery once the transaction is committed, never the work itself.

If the hint is lost, the periodic sweep finds the row. `tenants` sets the function that knows how to send it.
"""

from collections.abc import Callable

from django.db import transaction

_send: Callable[[str, str, str], None] | None = None


def set_waker(send: Callable[[str, str, str], None]) -> None:
    """`send(what, schema, key)`: what is "outbox" or "job", key a job's id or ""."""
    global _send  # noqa: PLW0603 — one process-wide hook, set once at start-up
    _send = send


def wake(what: str, schema: str, key: str = "") -> None:
    """Ask for a worker after commit; several asks of one transaction for the outbox are one."""
    if _send is None:
        return
    send = _send
    pending = {run[1].__dict__.get("wake") for run in transaction.get_connection().run_on_commit}
    if (what, schema, key) in pending:
        return

    def hint() -> None:
        send(what, schema, key)

    hint.__dict__["wake"] = (what, schema, key)
    # robust: a broker that is away must not break a change that is already committed
    transaction.on_commit(hint, robust=True)
