"""A tree back as text, with no bracket too many: `parse(show(tree)) == tree`."""

from __future__ import annotations

from kernel.formula.nodes import (
    BINDING,
    TIGHTEST,
    Binary,
    Blank,
    Bool,
    Call,
    FieldRef,
    Node,
    Number,
    Text,
    Unary,
)


def show(node: Node) -> str:
    """The formula as we keep it: fields in braces, Latin digits, names of functions in capitals."""
    return _show(node)[0]


def _show(node: Node) -> tuple[str, int]:  # noqa: PLR0911 — one return for each kind of node
    match node:
        case Number(value):
            return format(value, "f"), TIGHTEST
        case Text(value):
            return '"' + value.replace('"', '""') + '"', TIGHTEST
        case Bool(value):
            return "TRUE" if value else "FALSE", TIGHTEST
        case Blank():
            return "BLANK", TIGHTEST
        case FieldRef(path):
            return "{" + ".".join(path) + "}", TIGHTEST
        case Call(name, args):
            return f"{name}({', '.join(show(arg) for arg in args)})", TIGHTEST
        case Unary("%", operand):
            return _within(operand, BINDING["%"]) + "%", BINDING["%"]
        case Unary("-", operand):
            return "-" + _within(operand, BINDING["neg"]), BINDING["neg"]
        case Unary(_, operand):
            return "not " + _within(operand, BINDING["not"]), BINDING["not"]
        case Binary(op, left, right):
            binds = BINDING[op]
            return f"{_within(left, binds)} {op} {_within(right, binds + 1)}", binds
    raise TypeError(node)


def _within(node: Node, least: int) -> str:
    text, binds = _show(node)
    return text if binds >= least else f"({text})"
