"""Taking times and telling them."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True)
class Reading:
    """One figure. `context` says what it was taken under."""

    bench: str
    metric: str
    value: float
    unit: str
    n: int
    context: dict[str, Any] = field(default_factory=dict)

    def line(self, machine: Mapping[str, Any] | None = None) -> str:
        value = self.value if self.unit in ("bytes", "queries") else round(self.value, 3)
        context = {**self.context, **(machine or {})}
        return json.dumps({**self.__dict__, "value": value, "context": context}, ensure_ascii=False)


@dataclass
class Stopwatch:
    """Time on the wall, and processor time: of this process and, where it is near, of its database server process."""

    seconds: float = 0.0
    cpu: float = 0.0
    server_cpu: float = 0.0

    def told(self) -> dict[str, float]:
        """For a context: on a busy machine the wall's time tells of the neighbours."""
        times = {"seconds": self.seconds, "python_cpu": self.cpu, "server_cpu": self.server_cpu}
        return {name: round(value, 2) for name, value in times.items()}


def _server_cpu() -> float:
    """Seconds of processor time that the connection's server process has had; 0 where one cannot see it."""
    if connection.connection is None or connection.connection.closed:
        return 0.0
    try:
        fields = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def long_watch() -> Iterator[Stopwatch]:
    """For what takes seconds: with the server's part."""
    server = _server_cpu()
    with stopwatch() as watch:
        yield watch
    watch.server_cpu = _server_cpu() - server


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    watch = Stopwatch()
    begin, cpu = time.perf_counter(), time.process_time()
    try:
        yield watch
    finally:
        watch.seconds, watch.cpu = time.perf_counter() - begin, time.process_time() - cpu


def times_of(act: Callable[[], Any], repeats: int) -> list[float]:
    """Milliseconds of each call; the first call, which warms caches, is not among them."""
    act()
    found = []
    for _ in range(repeats):
        with stopwatch() as watch:
            act()
        found.append(watch.seconds * 1000)
    return found


def queries_of(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def spread(bench: str, metric: str, millis: list[float], **context: Any) -> Iterator[Reading]:
    """p50 and p95 of times in milliseconds."""
    ranked = sorted(millis)
    p95 = ranked[min(len(ranked) - 1, round(0.95 * (len(ranked) - 1)))]
    yield Reading(bench, f"{metric}_p50", statistics.median(ranked), "ms", len(ranked), context)
    yield Reading(bench, f"{metric}_p95", p95, "ms", len(ranked), context)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def unlimited() -> Iterator[None]:
    """No rate limits: they count requests of people, and a bench is none."""
    own = (settings.API_RATE_LIMITS, settings.PUBLIC_LIMITS)
    settings.API_RATE_LIMITS, settings.PUBLIC_LIMITS = (
        {name: (10**9, window) for name, (_most, window) in limits.items()} for limits in own
    )
    try:
        yield
    finally:
        settings.API_RATE_LIMITS, settings.PUBLIC_LIMITS = own
