"""Keeping a job's lease through a statement that takes longer than the lease."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from django.db import connections

from kernel.jobs import LEASE, JobRun


@contextmanager
def lease_kept(run: JobRun) -> Iterator[None]:
    """Renew the lease from a thread, on a connection of its own; raises at the end what the renewal was told."""
    ended, told = threading.Event(), list[Exception]()

    def keep() -> None:
        try:
            while not ended.wait(LEASE.total_seconds() / 4):
                with run.step():
                    pass
        except Exception as error:  # Cancelled, LostLease, or a database that went away: for the caller to raise
            told.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=copy_context().run, args=(keep,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if told:
        raise told[0]
