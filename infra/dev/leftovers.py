"""Remembers what was started, so that the next run can end what a killed supervisor (kill -9) left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from infra.dev.processes import kill_group


def birth(pid: int) -> str:
    """When the process began: with its number it names it for good, a number alone may have been given anew."""
    if Path("/proc/self/stat").exists():
        try:
            # Field 22, counted behind the name, which may hold anything.
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return ""
    told = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()


class Leftovers:
    def __init__(self, file: Path) -> None:
        self.file = file

    def remember(self, pids: list[int]) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps({str(pid): birth(pid) for pid in pids}))
        draft.replace(self.file)

    def end(self, patience: float = 8.0) -> list[int]:
        """Ends the groups whose leader is still the one we started."""
        try:
            known = json.loads(self.file.read_text())
        except (OSError, ValueError):
            return []
        living = [int(pid) for pid, born in known.items() if born and birth(int(pid)) == born]
        for pid in living:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + patience
        while any(birth(pid) == known[str(pid)] for pid in living) and time.monotonic() < until:
            time.sleep(0.1)
        for pid in living:
            kill_group(pid)
        self.forget()
        return living

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)
