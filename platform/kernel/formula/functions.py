"""What functions there are: how each is called, what it gives, how it is explained and how it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kernel.errors import Text
from kernel.formula.nodes import Node
from kernel.formula.runtime import Run, Setting, guarded
from kernel.formula.types import TEXTS, Type

ANY = frozenset({"text", "choice", "number", "money", "percent", "date", "datetime", "bool", "link"})


@dataclass(frozen=True)
class Site:
    """One call while it is compiled. Arguments where a text is expected give text already."""

    args: list[Run]
    types: list[Type]
    nodes: list[Node]
    setting: Setting


@dataclass(frozen=True, kw_only=True)
class Function:
    """`takes` are the type names of each argument; the last `optional` may be left out, `rest` repeats the last."""

    name: str
    takes: tuple[frozenset[str], ...]
    gives: Type | Callable[[Sequence[Type]], Type | None]
    build: Callable[[Site], Run]
    help: Text
    example: str
    group: str
    optional: int = 0
    rest: bool = False
    volatile: bool = False
    #: Which argument is the name of a unit of time, written as a text.
    unit: int | None = None
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = field(default=())

    @property
    def least(self) -> int:
        return len(self.takes) - self.optional

    @property
    def most(self) -> int | None:
        return None if self.rest else len(self.takes)

    def expected(self, place: int) -> frozenset[str]:
        return self.takes[min(place, len(self.takes) - 1)]

    def wants_text(self, place: int) -> bool:
        return self.expected(place) == TEXTS


def simple(run: Callable[..., Any], reason: str = "out_of_range") -> Callable[[Site], Run]:
    """Blank when an argument is; `run(env, *values)` may raise where there is no answer."""
    build = guarded(run, reason)
    return lambda site: build(site.args)


@cache
def book() -> dict[str, Function]:
    """Every function by its name and its other names."""
    # These modules import this one.
    from kernel.formula import functions_dates, functions_logic, functions_numbers, functions_text

    found: dict[str, Function] = {}
    for module in (functions_logic, functions_numbers, functions_text, functions_dates):
        for function in module.FUNCTIONS:
            found |= dict.fromkeys((function.name, *function.aliases), function)
    return found
