"""The one error for a value that a person or a file gave us and that we cannot take."""

from __future__ import annotations

from django.utils.functional import Promise


class BadValue(ValueError):
    """`code` is for programs, `message` for people (lazy, so it speaks the reader's language)."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
