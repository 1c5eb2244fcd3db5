"""Advisory locks on files: one set-up at a time on a checkout, one run at a time on a data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.dev.problems import Problem


@contextmanager
def exclusive(file: Path, note: str = "") -> Iterator[bool]:
    """True with the lock held, False when somebody else holds it. The kernel frees it however we end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise Problem(
            f"{file} belongs to another user.", "Run as that user, or use another folder: make run PEYVAND_VAR=…"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        os.ftruncate(handle, 0)
        os.write(handle, note.encode())
        yield True
    finally:
        os.close(handle)


def wait_for(file: Path) -> int:
    """Waits for the lock and returns its handle; closing it (or ending) frees it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def is_held(file: Path) -> bool:
    """Whether somebody holds the lock, without touching the holder's note."""
    if not file.exists():
        return False
    handle = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)
