"""Calm progress lines: one line a stage, with the seconds it took."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from infra.dev.commands import CommandFailed
    from infra.dev.problems import Problem

WIDTH = 44


class Console:
    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lively = stream.isatty() and os.environ.get("TERM") != "dumb"

    def line(self, text: str = "") -> None:
        self._write(text + "\n")

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Announces a stage and closes its line with the time it took, or with `failed`."""
        started = time.monotonic()
        dots = " ".ljust(max(3, WIDTH - len(title)), ".")
        if self.lively:
            self._write(f"  {title} …")
        try:
            yield
        except BaseException:
            self._finish(f"  {title}{dots} failed")
            raise
        self._finish(f"  {title}{dots} {time.monotonic() - started:5.1f} s")

    def problem(self, problem: Problem | CommandFailed) -> None:
        self.line()
        self.line(f"✗ {problem.what}")
        if problem.advice:
            self.line()
            self.line("\n".join(f"  {row}" for row in problem.advice.splitlines()))

    def _finish(self, text: str) -> None:
        self._write((("\r\x1b[K") if self.lively else "") + text + "\n")

    def _write(self, text: str) -> None:
        # `make run | head` closes our output; that must not stop the services.
        with suppress(BrokenPipeError, UnicodeEncodeError):
            self.stream.write(text)
            self.stream.flush()
