"""Keeps a set of processes alive: starts them, starts those that die again (less and less eagerly), stops them all."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from infra.dev.commands import CommandFailed
from infra.dev.console import Console
from infra.dev.leftovers import Leftovers
from infra.dev.processes import Process, Spec

STEADY = 60.0  # a process that lasted this long died of something new
LONGEST_PAUSE = 30.0
NOTHING = re.compile(r"(?!)")


@dataclass
class Slot:
    """A process and how its restarts go."""

    spec: Spec
    process: Process
    deaths: int = 0
    again_at: float | None = None


class Supervisor:
    def __init__(self, console: Console, logs: Path, leftovers: Leftovers) -> None:
        self.console = console
        self.logs = logs
        self.leftovers = leftovers
        self.stopping = threading.Event()
        self.slots: dict[str, Slot] = {}
        logs.mkdir(parents=True, exist_ok=True)

    # Asked for from a signal handler, so it only sets a flag.
    def stop_soon(self) -> None:
        self.stopping.set()

    def start(self, spec: Spec) -> None:
        self.slots[spec.name] = Slot(spec, self._spawn(spec))
        self._remember()

    def run_step(self, spec: Spec) -> str:
        """Runs a command to its end, with its log like the others'; returns the last line it printed."""
        process = self._spawn(spec)
        self._remember(process)
        try:
            while not process.has_ended() and not self.stopping.is_set():
                self.watch()
                self.stopping.wait(0.05)
            if self.stopping.is_set():
                process.ask_to_stop()
                raise KeyboardInterrupt
        finally:
            process.see_stopped(time.monotonic() + spec.patience)
            self._remember()
        if process.popen.returncode:
            output = "\n".join(process.tail(25))
            raise CommandFailed(spec.argv, process.popen.returncode, output, f"All of it is in {process.log}")
        last = process.tail(1)
        return last[0][9:] if last else ""

    def watch(self) -> None:
        """One look at everything: notes who died, and starts again whose pause is over."""
        now = time.monotonic()
        for slot in self.slots.values():
            if slot.again_at is not None:
                if now >= slot.again_at:
                    slot.again_at = None
                    slot.process = self._spawn(slot.spec)
                    self._remember()
            elif slot.process.has_ended() and not self.stopping.is_set():
                slot.deaths = 1 if now - slot.process.started > STEADY else slot.deaths + 1
                pause = pause_after(slot.deaths)
                slot.again_at = now + pause
                slot.process.see_stopped(now)  # its children, if it left any
                code = slot.process.popen.returncode
                self.console.line(f"  {slot.spec.name}: ended (code {code}), starting it again in {pause:g} s")

    def run_until_stopped(self) -> None:
        while not self.stopping.wait(0.3):
            self.watch()

    def stop_all(self) -> None:
        """The last started first; those of one round together, and the database when nobody needs it any more."""
        self.stopping.set()
        rounds = [[slot for slot in self.slots.values() if slot.spec.name != "postgres"]]
        rounds.append([slot for slot in self.slots.values() if slot.spec.name == "postgres"])
        for slots in rounds:
            for slot in slots:
                slot.process.ask_to_stop()
            now = time.monotonic()
            for slot in slots:
                slot.process.see_stopped(now + slot.spec.patience)
        self.slots.clear()
        self.leftovers.forget()

    def _spawn(self, spec: Spec) -> Process:
        return Process(spec, self.logs / f"{spec.name}.log", self._alarm)

    def _remember(self, *more: Process) -> None:
        self.leftovers.remember([slot.process.pid for slot in self.slots.values()] + [one.pid for one in more])

    def _alarm(self, name: str, text: str) -> None:
        if not self.stopping.is_set():
            self.console.line(f"  {name} │ {text[:400]}")


def pause_after(deaths: int) -> float:
    return min(LONGEST_PAUSE, 2.0 ** (deaths - 1))
