"""A checked tree as a chain of closures: made once, run for every record. Without loops, its steps are its nodes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.formula import runtime
from kernel.formula.checker import Typed
from kernel.formula.functions import Site, book
from kernel.formula.functions_dates import add_units, days_between
from kernel.formula.functions_text import as_text, joined
from kernel.formula.nodes import Binary, Blank, Bool, Call, FieldRef, Number, Text, Unary
from kernel.formula.runtime import EXACT, HUNDRED, Env, Run, Setting, guarded
from kernel.formula.types import TEXTS, Type
from kernel.text.folding import fold


def compile_tree(typed: Typed, setting: Setting) -> Run:
    return _Compiler(setting).visit(typed)


class _Compiler:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def visit(self, typed: Typed) -> Run:
        node = typed.node
        match node:
            case Number(value) | Text(value) | Bool(value):
                return _constant(value)
            case Blank():
                return _constant(None)
            case FieldRef(path):
                return _field(".".join(path), typed)
            case Unary(op):
                return _unary(op, self.visit(typed.below[0]))
            case Binary(op):
                return self.binary(op, *typed.below)
            case Call(name):
                return self.call(name, typed)
        raise TypeError(node)

    def text(self, typed: Typed) -> Run:
        """The part as a text: choices by their labels, numbers and days as the workspace writes them."""
        run = self.visit(typed)
        return run if typed.type.name in ("text", "null") else as_text(run, typed.type, self.setting)

    def call(self, name: str, typed: Typed) -> Run:
        function = book()[name]
        args = [self.text(one) if function.wants_text(i) else self.visit(one) for i, one in enumerate(typed.below)]
        types = [one.type for one in typed.below]
        if name in ("IF", "COALESCE", "CASE") and typed.type.name == "text":
            args = [self.text(one) if one.type.name == "choice" and self.gives(name, i, len(args)) else arg
                    for i, (one, arg) in enumerate(zip(typed.below, args, strict=True))]  # fmt: skip
        if name == "CASE" and typed.below[0].type.name == "text":
            args = [_folded(arg) if i == 0 or (i % 2 and i < len(args) - 1) else arg for i, arg in enumerate(args)]
        return function.build(Site(args, types, [one.node for one in typed.below], self.setting))

    @staticmethod
    def gives(name: str, place: int, count: int) -> bool:
        """Whether the argument at this place is a result and no condition or value to compare."""
        if name == "COALESCE":
            return True
        if name == "IF":
            return place > 0
        return place > 0 and (place % 2 == 0 or place == count - 1)

    def binary(self, op: str, left: Typed, right: Typed) -> Run:
        if op == "&":
            return joined([self.text(left), self.text(right)])
        one, other = self.visit(left), self.visit(right)
        if op == "and":
            return lambda env: bool(one(env) and other(env))
        if op == "or":
            return lambda env: bool(one(env) or other(env))
        if op in _ARITHMETIC:
            return _arithmetic(op, left.type, right.type, one, other)
        if {left.type.name, right.type.name} & {"text"}:
            one, other = _folded(self.text(left)), _folded(self.text(right))
        return _comparison(op, one, other)


def _constant(value: Any) -> Run:
    return lambda _env: value


def _folded(run: Run) -> Run:
    return lambda env: fold(run(env))


def _unary(op: str, inner: Run) -> Run:
    if op == "not":
        return lambda env: not inner(env)
    if op == "-":
        return guarded(lambda _env, value: EXACT.minus(value))([inner])
    return guarded(lambda _env, value: EXACT.divide(value, HUNDRED))([inner])


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": runtime.add, "-": runtime.subtract, "*": runtime.multiply, "/": runtime.divide, "^": runtime.power,
}  # fmt: skip


def _arithmetic(op: str, left: Type, right: Type, one: Run, other: Run) -> Run:
    if left.temporal and right.temporal:
        return guarded(lambda _env, a, b: days_between(a, b), "no_such_date")([one, other])
    if left.temporal and op == "-":
        return guarded(lambda env, day, days: add_units(env, day, -days, "day"), "no_such_date")([one, other])
    if left.temporal or right.temporal:
        first, second = (one, other) if left.temporal else (other, one)
        return guarded(lambda env, day, days: add_units(env, day, days, "day"), "no_such_date")([first, second])
    return guarded(_ARITHMETIC[op])([one, other])


_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _comparison(op: str, one: Run, other: Run) -> Run:
    """Two blanks are equal; a blank is neither smaller nor larger than anything."""
    if op == "=":
        return lambda env: one(env) == other(env)
    if op == "<>":
        return lambda env: one(env) != other(env)
    compare = _COMPARE[op]

    def call(env: Env) -> bool:
        a = one(env)
        if a is None or a == "":
            return False
        b = other(env)
        return b is not None and b != "" and compare(a, b)

    return call


# ── fields ──
def _field(key: str, typed: Typed) -> Run:
    read = _READERS.get(typed.type.name) if typed.known is not None else None
    if typed.type.name in TEXTS:
        read = _as_str
    if read is None:
        return lambda env: env.values.get(key)

    def call(env: Env) -> Any:
        value = env.values.get(key)
        return None if value is None else read(value)

    return call


def _as_number(value: Any) -> Decimal | None:
    if type(value) is not Decimal:
        try:
            value = Decimal(value) if isinstance(value, int | str) else Decimal(repr(value))
        except InvalidOperation:
            return None
    return value if value.is_finite() else None


def _as_fraction(value: Any) -> Decimal | None:
    """12 % is kept as 12 and counts as 0.12."""
    number = _as_number(value)
    return None if number is None else number.scaleb(-2)


def _as_str(value: Any) -> str:
    return value if type(value) is str else str(value)


def _as_moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Any], Any]] = {
    "number": _as_number, "money": _as_number, "percent": _as_fraction, "datetime": _as_moment,
}  # fmt: skip
