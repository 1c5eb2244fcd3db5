"""Identifiers: UUID version 7, RFC 9562 §5.7 with the sub-millisecond fraction of §6.2, method 3."""

import os
import time
import uuid
from datetime import datetime


def uuid7() -> uuid.UUID:
    """A time-ordered UUID: 48 bits of milliseconds, 12 bits of their fraction, 62 random bits."""
    millis, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | chance)


def uuid7_floor(at: datetime) -> uuid.UUID:
    """Not above any id made at this moment or later: a period as a range of ids."""
    millis = max(int(at.timestamp() * 1000), 0)
    return uuid.UUID(int=(millis & 0xFFFF_FFFF_FFFF) << 80)
