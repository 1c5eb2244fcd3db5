"""Errors every face knows how to say: the page, the API (RFC 9457) and the import's error file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one value: a stable code for programs and a sentence for people."""

    code: str
    message: Text

    def __str__(self) -> str:
        return str(self.message)


class KernelError(Exception):
    code = "error"
    status = 400
    message: Text = _("That did not work.")

    def __init__(self, message: Text | None = None, *, code: str | None = None) -> None:
        self.message = message or self.message
        self.code = code or self.code
        super().__init__(str(self.code))

    def __str__(self) -> str:
        return str(self.message)


class Invalid(KernelError):
    """Input that cannot be kept: problems by field name; "" holds what concerns the whole record."""

    code = "invalid"
    status = 422
    message = _("Some values need another look.")

    def __init__(self, problems: Mapping[str, list[Problem]], message: Text | None = None) -> None:
        super().__init__(message)
        self.problems = dict(problems)

    @classmethod
    def one(cls, field: str, code: str, message: Text) -> "Invalid":
        return cls({field: [Problem(code, message)]})


class Denied(KernelError):
    code = "denied"
    status = 403
    message = _("Your role does not allow this. An administrator can change your role.")


class NotFound(KernelError):
    """Absent or not visible: deliberately the same, so that nobody learns what exists elsewhere."""

    code = "not_found"
    status = 404
    message = _("This record is not here. It may have been deleted, or you may not see it.")


class Conflict(KernelError):
    """Somebody else saved first. Carries the current record so that a face can show both."""

    code = "conflict"
    status = 409
    message = _("Someone else changed this record in the meantime. Nothing of yours is lost: compare and choose.")

    def __init__(self, current: Any = None, message: Text | None = None) -> None:
        super().__init__(message)
        self.current = current
