"""From tokens to a tree: recursive descent with binding powers, so that nesting costs two frames a level."""

from __future__ import annotations

from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.errors import Text as Message
from kernel.formula.errors import FormulaError, Issue
from kernel.formula.lexer import Token, tokens
from kernel.formula.nodes import (
    BINDING,
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
from kernel.text.digits import BadNumber, parse_decimal

MAX_DEPTH = 60
MAX_NODES = 1000
_INFIX = {sign: power for sign, power in BINDING.items() if sign not in ("not", "neg", "%")}


def parse(source: str) -> Node:
    """The tree of a formula, or FormulaError with the place of the first thing that is wrong."""
    text = source[1:] if source.startswith("=") else source  # spreadsheets begin so
    offset = len(source) - len(text)
    try:
        return _Parser(text).run()
    except FormulaError as error:
        moved = [Issue(i.code, i.message, i.start + offset, i.end + offset, i.suggestion) for i in error.issues]
        raise FormulaError(moved, source) from None


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.at = self.depth = self.nodes = 0
        #: How deep the tree below each node of the spine goes: long chains lean to the left.
        self.heights: dict[int, int] = {}

    def run(self) -> Node:
        if self.peek.kind == "end":
            raise self.error("empty", _("Write a formula, for example {amount} * 2."), self.peek)
        tree = self.expression(0)
        if self.peek.kind != "end":
            raise self.unexpected()
        return tree

    @property
    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def error(self, code: str, message: Message, token: Token) -> FormulaError:
        return FormulaError([Issue(code, message, token.start, max(token.end, token.start + 1))], self.source)

    def unexpected(self) -> FormulaError:
        token = self.peek
        if token.kind == "end":
            return self.error("unfinished", _("The formula ends too early."), token)
        if token.value == ")":
            return self.error("bracket", _("This bracket closes nothing."), token)
        message = format_lazy(_("«{sign}» is not expected here. Is an operator missing before it?"),
                              sign=self.source[token.start : token.end][:30])  # fmt: skip
        return self.error("unexpected", message, token)

    def made(self, node: Node, *below: Node) -> Node:
        """Count a node; refuse what is too large to be read by people or walked by us."""
        self.nodes += 1
        height = 1 + max((self.heights.pop(id(one), 1) for one in below), default=0)
        self.heights[id(node)] = height
        if self.nodes > MAX_NODES or height > MAX_DEPTH:
            raise FormulaError([Issue("too_deep", _TOO_DEEP, node.start, node.end)], self.source)
        return node

    def expression(self, power: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("too_deep", _TOO_DEEP, self.peek)
        left = self.prefix()
        while (op := self.operator()) and (binds := BINDING[op]) > power:
            self.next()
            if op == "%":
                left = self.made(Unary(op, left, start=left.start, end=self.tokens[self.at - 1].end), left)
                continue
            right = self.expression(binds)
            left = self.made(Binary(op, left, right, start=left.start, end=right.end), left, right)
        self.depth -= 1
        return left

    def operator(self) -> str:
        token = self.peek
        if token.kind in ("sign", "word") and (token.value in _INFIX or token.value == "%"):
            return token.value
        return ""

    def prefix(self) -> Node:
        token = self.next()
        spot = {"start": token.start, "end": token.end}
        if token.kind == "number":
            return self.made(Number(self.number(token), **spot))
        if token.kind == "text":
            return self.made(Text(token.value, **spot))
        if token.kind == "field":
            return self.made(self.field(token))
        if token.kind == "sign" and token.value in "-+":
            operand = self.expression(BINDING["neg"])
            return self.negative(operand, token)
        if token.kind == "sign" and token.value == "(":
            inner = self.expression(0)
            self.close(token)
            return inner
        if token.kind == "word":
            return self.word(token)
        if token.kind == "name":
            opened = self.peek.kind == "sign" and self.peek.value == "("
            return self.call(token) if opened else self.made(self.field(token))
        self.at -= 1
        if token.kind == "sign" and token.value not in ("(", ")"):
            raise self.error("missing_value", _("A value is missing before this sign."), token)
        raise self.unexpected()

    def negative(self, operand: Node, token: Token) -> Node:
        if token.value == "+":
            return operand
        return self.made(Unary("-", operand, start=token.start, end=operand.end), operand)

    def number(self, token: Token) -> Decimal:
        try:
            return parse_decimal(token.value, decimal_mark=".")
        except BadNumber as error:
            raise self.error(error.code, error.message, token) from None

    def field(self, token: Token) -> FieldRef:
        path = tuple(token.value.split("."))
        if len(path) > 2:
            raise self.error("too_far", _("A formula reaches one relation far, for example {account.name}."), token)
        return FieldRef(path, start=token.start, end=token.end)

    def word(self, token: Token) -> Node:
        spot = {"start": token.start, "end": token.end}
        if token.value in ("true", "false"):
            return self.made(Bool(token.value == "true", **spot))
        if token.value in ("blank", "null"):
            if self.peek.value == "(" and self.tokens[self.at + 1].value == ")":
                self.at += 2
            return self.made(Blank(**spot))
        if token.value == "not":
            operand = self.expression(BINDING["not"])
            return self.made(Unary("not", operand, start=token.start, end=operand.end), operand)
        if self.peek.kind == "sign" and self.peek.value == "(":
            return self.call(token)
        self.at -= 1
        raise self.error("missing_value", _("A value is missing before this sign."), token)

    def call(self, name: Token) -> Node:
        opened, args = self.next(), []
        if not (self.peek.kind == "sign" and self.peek.value == ")"):
            args.append(self.expression(0))
            while self.peek.kind == "sign" and self.peek.value == ",":
                self.next()
                args.append(self.expression(0))
        closing = self.close(opened)
        return self.made(Call(name.value.upper(), tuple(args), start=name.start, end=closing.end), *args)

    def close(self, opened: Token) -> Token:
        token = self.peek
        if token.kind == "sign" and token.value == ")":
            return self.next()
        if token.kind == "end":
            raise self.error("unclosed", _("This bracket is not closed."), opened)
        raise self.unexpected()


_TOO_DEEP = _("The formula is nested too deeply or too large. Split it into several fields.")
