"""Measurements of what has a budget. `python -m tests.bench` prints one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.measure import Reading
    from tests.bench.sizes import Size

#: Benches by name, each with its module here, which has `run(size)`.
NAMES = {
    "tenancy": "tenancy.bench", "weight": "weight", "bulk": "bulk", "import": "imports", "pages": "pages",
    "objects": "objects",
    "access": "access", "audit": "auditing",
    "search": "searching", "records": "records.bench",
}  # fmt: skip


def readings(name: str, size: Size) -> Iterator[Reading]:
    """What one bench finds, as it finds it."""
    yield from import_module(f"tests.bench.{NAMES[name]}").run(size)
