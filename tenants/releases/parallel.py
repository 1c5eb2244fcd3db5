"""Batches side by side, each thread with a connection of its own."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from kernel.context import public_context
from tenants.direct import direct_connection

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def side_by_side(batches: Sequence[Batch], work: Callable[[Batch], Result], threads: int) -> Iterator[Result]:
    """Results as they come. An error ends it: what has begun is finished, what has not is left."""
    if threads < 2 or len(batches) < 2:
        yield from map(work, batches)
        return
    waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
    for batch in batches:
        waiting.put(batch)
    results: queue.SimpleQueue[Result | Exception] = queue.SimpleQueue()
    enough = threading.Event()

    def run() -> None:
        try:
            with direct_connection(), public_context():
                while not enough.is_set():
                    results.put(work(waiting.get_nowait()))
        except queue.Empty:
            pass
        except Exception as error:
            results.put(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for _n in range(threads):
            pool.submit(run)
        try:
            for _batch in batches:
                result = results.get()
                if isinstance(result, Exception):
                    raise result
                yield result
        finally:
            enough.set()
