"""Runs a command quietly; its output is kept, and its tail shown only when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.dev.accounts import MYSELF, Account

TAIL_LINES = 25
HEAD_LINES = 6


class CommandFailed(Exception):
    def __init__(self, argv: Sequence[str], code: int, output: str, advice: str) -> None:
        name = " ".join(Path(part).name if index == 0 else part for index, part in enumerate(argv[:6]))
        super().__init__(name)
        self.what = f"`{name}` failed (exit code {code}). What it said:\n\n{ends(output)}"
        self.advice = advice
        self.output = output


def run_quietly(
    argv: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    account: Account = MYSELF,
    advice: str = "",
) -> str:
    """The command's whole output. It runs in a group of its own, so an interruption leaves none of its children."""
    words = [os.fspath(part) for part in argv]
    with tempfile.TemporaryFile() as feed, tempfile.TemporaryFile() as sink:
        feed.write(stdin)
        feed.seek(0)
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=env,
            stdin=feed,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
        try:
            code = process.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        sink.seek(0)
        output = sink.read().decode(errors="replace")
    if code:
        raise CommandFailed(words, code, output, advice)
    return output


def ends(text: str) -> str:
    """The beginning and the end: some programs name the cause first, some last."""
    rows = text.strip().splitlines()
    if len(rows) > HEAD_LINES + TAIL_LINES:
        rows = [*rows[:HEAD_LINES], "…", *rows[-TAIL_LINES:]]
    return "\n".join(f"    {row}" for row in rows)
