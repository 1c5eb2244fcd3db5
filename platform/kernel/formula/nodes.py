"""The tree of a formula. Positions are kept for messages and do not count when two trees are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Spot:
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Number(Spot):
    value: Decimal


@dataclass(frozen=True)
class Text(Spot):
    value: str


@dataclass(frozen=True)
class Bool(Spot):
    value: bool


@dataclass(frozen=True)
class Blank(Spot):
    pass


@dataclass(frozen=True)
class FieldRef(Spot):
    """A field by its key (or label, until checked): one part, or two for a hop through a relation."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Unary(Spot):
    """`-` and `not` before, `%` behind."""

    op: str
    operand: Node


@dataclass(frozen=True)
class Binary(Spot):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call(Spot):
    name: str
    args: tuple[Node, ...]


Node = Number | Text | Bool | Blank | FieldRef | Unary | Binary | Call

#: How tightly things hold together; as in spreadsheets `-2^2` is 4 and `2^3^2` is 64.
BINDING = {
    "or": 1, "and": 2, "not": 3, "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "&": 5, "+": 6, "-": 6, "*": 7, "/": 7, "^": 8, "neg": 9, "%": 10,
}  # fmt: skip
TIGHTEST = 11
