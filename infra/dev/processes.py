"""One supervised process: started in a group of its own, its output written to a log, stopped with all its children."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.dev.accounts import MYSELF, Account

ALARMING = re.compile(
    r"\b(?:WARNING|WARN|ERROR|CRITICAL|FATAL|PANIC)\b|^Traceback|\[(?:warning|error|critical)\s*\]"
    r'|"level": ?"(?:warning|error|critical)"|^\S*(?:Error|Exception)\b'
)
LOG_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Spec:
    """What to run. `alarming` picks the lines of its log that belong on the terminal."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    account: Account = MYSELF
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    alarming: re.Pattern[str] = ALARMING


class Process:
    def __init__(self, spec: Spec, log: Path, alarm: Callable[[str, str], None]) -> None:
        self.spec = spec
        self.log = log
        self.alarm = alarm
        self.started = time.monotonic()
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        self.popen = subprocess.Popen(
            list(spec.argv),
            env=dict(spec.env),
            cwd=spec.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=spec.account.user,
            group=spec.account.group,
            extra_groups=spec.account.extra_groups,
        )
        self.pump = threading.Thread(target=self._pump, name=f"log of {spec.name}", daemon=True)
        self.pump.start()

    @property
    def pid(self) -> int:
        return self.popen.pid

    def _pump(self) -> None:
        with self.popen.stdout or open(os.devnull, "rb") as lines, self.log.open("ab", buffering=0) as log:
            for raw in lines:
                log.write(time.strftime("%H:%M:%S ").encode() + raw.rstrip(b"\n") + b"\n")
                text = raw.decode(errors="replace").rstrip()
                if self.spec.alarming.search(text):
                    self.alarm(self.spec.name, text)

    def has_ended(self) -> bool:
        return self.popen.poll() is not None

    def ask_to_stop(self) -> None:
        if not self.has_ended():
            with suppress(ProcessLookupError):
                os.kill(self.pid, self.spec.stop_signal)

    def see_stopped(self, until: float) -> None:
        """Waits for a good end up to the given moment, then insists; whoever is left of the group goes too."""
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(max(0.0, until - time.monotonic()))
        kill_group(self.pid)
        self.popen.wait()
        self.pump.join(timeout=2)

    def tail(self, lines: int = 15) -> list[str]:
        try:
            return self.log.read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            return []


def kill_group(group: int) -> None:
    # macOS answers PermissionError for a group of which only a zombie is left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
