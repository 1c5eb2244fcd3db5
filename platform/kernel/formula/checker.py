"""Types of a formula before it ever runs: names resolved, every mistake found with its place and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.errors import Text as Message
from kernel.formula.errors import FormulaError, Issue, nearest
from kernel.formula.functions import Function, book
from kernel.formula.functions_dates import UNITS, unit_named
from kernel.formula.functions_logic import case_parts
from kernel.formula.nodes import Binary, Blank, Bool, Call, FieldRef, Node, Number, Text, Unary
from kernel.formula.scope import Known, Scope
from kernel.formula.types import (
    BOOL,
    BROKEN,
    NAMES,
    NULL,
    NUMBER,
    PERCENT,
    TEXT,
    Type,
    arithmetic,
    comparable,
)
from kernel.text.folding import fold


@dataclass(frozen=True)
class Typed:
    """A node with keys instead of labels, its type, and the typed nodes below it."""

    node: Node
    type: Type
    below: tuple[Typed, ...] = ()
    known: Known | None = None


@dataclass(frozen=True)
class Checked:
    """A formula that cannot fail by type. `fields` are its dependencies by path, in the order they appear."""

    tree: Typed
    fields: dict[tuple[str, ...], Known]
    volatile: bool
    hints: tuple[Issue, ...] = ()

    @property
    def type(self) -> Type:
        return self.tree.type


def check(tree: Node, scope: Scope, source: str = "") -> Checked:
    """The typed tree, or FormulaError with everything that is wrong."""
    checker = _Checker(scope)
    typed = checker.visit(tree)
    errors = [issue for issue in checker.issues if issue.error]
    if errors:
        raise FormulaError(errors, source)
    return Checked(typed, checker.fields, checker.volatile, tuple(checker.issues))


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.issues: list[Issue] = []
        self.fields: dict[tuple[str, ...], Known] = {}
        self.volatile = False

    def wrong(self, node: Node, code: str, message: Message, suggestion: str = "") -> Typed:
        self.issues.append(Issue(code, message, node.start, node.end, suggestion))
        return Typed(node, BROKEN)

    def visit(self, node: Node) -> Typed:
        match node:
            case Number():
                return Typed(node, NUMBER)
            case Text():
                return Typed(node, TEXT)
            case Bool():
                return Typed(node, BOOL)
            case Blank():
                return Typed(node, NULL)
            case FieldRef():
                return self.field(node)
            case Unary():
                return self.unary(node)
            case Binary():
                return self.binary(node)
        return self.call(node)

    # ── fields ──
    def field(self, node: FieldRef) -> Typed:
        found = self.scope.find(node.path)
        if found is None:
            return self.unknown_field(node)
        path, known = found
        self.fields[path] = known
        return Typed(replace(node, path=path), known.type, known=known)

    def unknown_field(self, node: FieldRef) -> Typed:
        written = ".".join(node.path)
        first = self.scope.named(node.path[0])
        if len(node.path) == 2 and first is not None and not first.target:
            message = format_lazy(_("«{name}» is no link to another record, so nothing stands behind its dot."),
                                  name=first.label)  # fmt: skip
            return self.wrong(node, "no_link", message, f"{{{first.name}}}")
        wanted, path = node.path[-1], node.path
        if len(path) == 2 and first is None:
            wanted, path = node.path[0], node.path[:1]
        close = nearest(wanted, self.scope.names(path))
        close = self.scope.key(path, close) if close else ""
        hint = f"{{{'.'.join([*path[:-1], close])}}}" if close else ""
        if close and len(node.path) == 2 and len(path) == 1:
            hint = f"{{{close}.{node.path[1]}}}"
        asked: Message = format_lazy(_("There is no field {name}."), name=f"{{{written[:60]}}}")
        if hint:
            asked = format_lazy(
                _("There is no field {name}. Did you mean {hint}?"), name=f"{{{written[:60]}}}", hint=hint
            )
        return self.wrong(node, "unknown_field", asked, hint)

    # ── operators ──
    def unary(self, node: Unary) -> Typed:
        inner = self.visit(node.operand)
        node = replace(node, operand=inner.node)
        if node.op == "not":
            return Typed(node, self.condition(inner), (inner,))
        if not (inner.type.numeric or inner.type.name in ("null", "broken")):
            return self.expected(inner, "number")
        if node.op == "-":
            return Typed(node, NUMBER if inner.type == NULL else inner.type, (inner,))
        if inner.type.name == "money":
            return self.expected(inner, "number")
        if inner.type.name == "percent":
            self.hint(node, inner)
        return Typed(node, PERCENT, (inner,))

    def condition(self, typed: Typed) -> Type:
        if typed.type.name not in ("bool", "null", "broken"):
            self.expected(typed, "bool")
            return BROKEN
        return BOOL

    def expected(self, typed: Typed, *names: str) -> Typed:
        """Say what type was wanted here and what stands here instead."""
        wanted = _listed([NAMES[name] for name in names])
        message: Message = format_lazy(_("Here should be {wanted}, but this is {given}."), wanted=wanted,
                                       given=NAMES[typed.type.name])  # fmt: skip
        suggestion = ""
        if typed.type.name in ("text", "choice") and set(names) & {"number", "money", "percent"}:
            suggestion = f"NUMBER({_source(typed.node)})"
        elif typed.type.name == "link" and isinstance(typed.node, FieldRef):
            suggestion = f"{{{typed.node.path[0]}.name}}"
        elif "text" in names and typed.type.name != "link":
            suggestion = f"TEXT({_source(typed.node)})"
        if suggestion:
            message = format_lazy(_("{message} Did you mean {hint}?"), message=message, hint=suggestion)
        return self.wrong(typed.node, "type", message, suggestion)

    def hint(self, node: Node, typed: Typed) -> None:
        message = format_lazy(
            _("{name} is a percentage already: 12 percent counts as 0.12 here."), name=_source(typed.node)
        )
        self.issues.append(Issue("percent_twice", message, node.start, node.end, error=False))

    def binary(self, node: Binary) -> Typed:
        left, right = self.visit(node.left), self.visit(node.right)
        if node.op in ("=", "<>"):
            left, right = self.as_choice(left, right), self.as_choice(right, left)
        node = replace(node, left=left.node, right=right.node)
        below = (left, right)
        if node.op in ("and", "or"):
            broken = BROKEN in [self.condition(one) for one in below]
            return Typed(node, BROKEN if broken else BOOL, below)
        if node.op == "&":
            for one in below:
                if one.type.name == "link":
                    return self.expected(one, "text")
            return Typed(node, TEXT, below)
        if node.op in ("+", "-", "*", "/", "^"):
            return self.arithmetic(node, left, right)
        return self.comparison(node, left, right)

    def arithmetic(self, node: Binary, left: Typed, right: Typed) -> Typed:
        kind = arithmetic(node.op, left.type, right.type)
        if kind is not None:
            if node.op == "/" and left.type == PERCENT and isinstance(right.node, Number) and right.node.value == 100:
                self.hint(node, left)
            return Typed(node, kind, (left, right))
        for one in (left, right):
            if not (one.type.numeric or one.type.temporal or one.type == NULL):
                if node.op == "+" and one.type.name in ("text", "choice"):
                    return self.wrong(node, "join", _("+ adds numbers. Texts are joined by &."), "&")
                return self.expected(one, "number")
        message = format_lazy(_("{left} and {right} cannot be put together by {op}."), left=NAMES[left.type.name],
                              right=NAMES[right.type.name], op=node.op)  # fmt: skip
        return self.wrong(node, "type", message)

    def comparison(self, node: Binary, left: Typed, right: Typed) -> Typed:
        unordered = node.op not in ("=", "<>") and {left.type.name, right.type.name} & {"bool", "link", "choice"}
        if comparable(left.type, right.type) and not unordered:
            return Typed(node, BROKEN if BROKEN in (left.type, right.type) else BOOL, (left, right))
        if {left.type.name, right.type.name} == {"date", "datetime"}:
            moment = left if left.type.name == "datetime" else right
            hint = f"DATE({_source(moment.node)})"
            message = format_lazy(_("A day and a moment cannot be compared. Did you mean {hint}?"), hint=hint)
            return self.wrong(moment.node, "type", message, hint)
        message = format_lazy(_("{left} and {right} cannot be compared."), left=NAMES[left.type.name],
                              right=NAMES[right.type.name])  # fmt: skip
        return self.wrong(node, "type", message)

    def as_choice(self, typed: Typed, other: Typed) -> Typed:
        """A text that stands against a choice is one of its values, written as value or as label."""
        if not (isinstance(typed.node, Text) and other.type.name == "choice" and typed.type == TEXT):
            return typed
        wanted = fold(typed.node.value)
        for value, label in other.type.choices:
            if wanted in (fold(value), fold(str(label))):
                return Typed(replace(typed.node, value=value), other.type)
        if not wanted:
            return Typed(Blank(start=typed.node.start, end=typed.node.end), NULL)
        close = nearest(typed.node.value, [str(label) for _value, label in other.type.choices])
        close = close or next((str(label) for _value, label in other.type.choices), "")
        message = format_lazy(_("«{text}» is not among the choices. Did you mean «{hint}»?"),
                              text=typed.node.value[:60], hint=close)  # fmt: skip
        return self.wrong(typed.node, "choice", message, f'"{close}"')

    # ── functions ──
    def call(self, node: Call) -> Typed:
        function = book().get(node.name)
        if function is None:
            return self.unknown_function(node)
        self.volatile = self.volatile or function.volatile
        if not self.counted(function, node):
            return Typed(node, BROKEN)
        below = [self.visit(arg) for arg in node.args]
        if function.name == "CASE":
            below = self.case(below)
        before = len(self.issues)
        for place, one in enumerate(below):
            self.argument(function, place, one)
        node = replace(node, name=function.name, args=tuple(one.node for one in below))
        if len(self.issues) > before or any(one.type == BROKEN for one in below):
            return Typed(node, BROKEN, tuple(below))
        types = [one.type for one in below]
        kind = function.gives if isinstance(function.gives, Type) else function.gives(types)
        if kind is None:
            message = format_lazy(_("The values of {name} do not go together: {types}."), name=function.name,
                                  types=_listed([NAMES[one.name] for one in types]))  # fmt: skip
            return self.wrong(node, "type", message)
        return Typed(node, kind, tuple(below))

    def unknown_function(self, node: Call) -> Typed:
        for arg in node.args:
            self.visit(arg)
        close = nearest(node.name, book())
        message: Message = format_lazy(_("There is no function {name}."), name=node.name[:40])
        if close:
            message = format_lazy(
                _("There is no function {name}. Did you mean {hint}?"), name=node.name[:40], hint=close
            )
        return self.wrong(replace(node, end=node.start + len(node.name)), "unknown_function", message, close)

    def counted(self, function: Function, node: Call) -> bool:
        count, most = len(node.args), function.most
        if function.name == "DATE" and count == 2:
            most = 1
        if count >= function.least and (most is None or count <= most):
            return True
        for arg in node.args:
            self.visit(arg)
        message = format_lazy(_("{name} is called with {count} values. An example: {example}"), name=function.name,
                              count=count, example=function.example)  # fmt: skip
        self.wrong(node, "arguments", message, function.example)
        return False

    def case(self, below: list[Typed]) -> list[Typed]:
        """What a value is compared with must be comparable to it."""
        for place in case_parts(len(below))[0]:
            below[place] = self.as_choice(below[place], below[0])
            if not comparable(below[0].type, below[place].type):
                below[place] = self.expected(below[place], below[0].type.name)
        return below

    def argument(self, function: Function, place: int, typed: Typed) -> None:
        if place == function.unit:
            if not (isinstance(typed.node, Text) and unit_named(typed.node.value)):
                units = ", ".join(f'"{unit}"' for unit in UNITS)
                message = format_lazy(_("Here stands the name of a unit in quotes, one of: {units}"), units=units)
                self.wrong(typed.node, "unit", message, '"day"')
            return
        expected = function.expected(place)
        if typed.type.name not in expected and typed.type.name not in ("null", "broken"):
            self.expected(typed, *_told(expected))


def _told(names: frozenset[str]) -> Sequence[str]:
    """What a person needs to hear: a number, not every kind of number."""
    order = ("text", "number", "date", "bool", "choice", "datetime", "money", "percent")
    told = [name for name in order if name in names]
    if "number" in told:
        told = [name for name in told if name not in ("money", "percent")]
    return [name for name in told if not (name == "choice" and "text" in told)]


def _listed(names: Sequence[Message]) -> str | Promise:
    return format_lazy(" / ".join(["{}"] * len(names)), *names)


def _source(node: Node) -> str:
    from kernel.formula.printer import show

    return show(node)[:80]
