"""Taking times and telling them."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
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
        value = round(self.value, 3) if isinstance(self.value, float) else self.value
        context = {**self.context, **(machine or {})}
        return json.dumps({**self.__dict__, "value": value, "context": context}, ensure_ascii=False)


@dataclass
class Stopwatch:
    """Time on the wall, and the processor time of this process (the server's is not in it)."""

    seconds: float = 0.0
    cpu: float = 0.0


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
