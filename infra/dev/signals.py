"""SIGTERM and a closed terminal end a command the way Ctrl-C does, so that every `finally` runs."""

import signal
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def terminate_like_interrupt() -> None:
    # SIGINT too: a shell that starts us in the background leaves it ignored.
    for number in STOPPING:
        signal.signal(number, _interrupt)
