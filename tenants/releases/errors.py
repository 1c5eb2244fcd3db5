"""What went wrong: with the workspace, with its locks just now, or with the connection."""

from typing import Final

from django.db import InterfaceError, OperationalError

#: Ours, for a row that changed since the plan was made.
CHANGED: Final = "PV001"
#: Refusals that say nothing about the workspace: a lock not had, a deadlock, a clash, and the one above.
_PASSING: Final = frozenset({"55P03", "40P01", "40001", CHANGED})


class Changed(RuntimeError):
    """The workspace is not any more what the plan was made for: an engine was switched, another schema restored."""


def code_of(error: BaseException) -> str:
    """The database's own code of an error; "" where it did not send one."""
    return str(getattr(error.__cause__, "pgcode", None) or "")


def is_passing(error: Exception) -> bool:
    """Worth another try."""
    return isinstance(error, Changed) or code_of(error) in _PASSING


def is_lost(error: Exception) -> bool:
    """The connection or the server went away, which says nothing about the workspace."""
    gone = isinstance(error, OperationalError | InterfaceError)
    return gone and (not code_of(error) or code_of(error).startswith(("57P", "08")))


def explained(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip() or repr(error)}"[:4000]
