"""Waking workers: a hint through Celery once the transaction is committed, never the work itself.

If the hint is lost, the periodic sweep finds the row; a note, written in the same transaction, tells it where to look.
`tenants` sets the functions that know how to send and to write.
"""

from collections.abc import Callable

from django.db import transaction

from kernel.context import require_tenant

_send: Callable[[str, str, str], None] | None = None
_note: Callable[[], None] | None = None


def set_waker(send: Callable[[str, str, str], None], note: Callable[[], None]) -> None:
    """`send(what, schema, key)`: what is "outbox" or "job", key a job's id or "". `note()`: there is work here."""
    global _send, _note
    _send, _note = send, note


def note_work() -> None:
    """Tell the sweep, once in this transaction, that the workspace has an event or a job waiting."""
    schema = require_tenant().schema
    pending = {run[1].__dict__.get("noted") for run in transaction.get_connection().run_on_commit}
    if _note is None or schema in pending:
        return
    _note()

    def noted() -> None:
        """Does nothing; that it waits for the commit says that the note is written, and a rollback takes both."""

    noted.__dict__["noted"] = schema
    transaction.on_commit(noted)


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
