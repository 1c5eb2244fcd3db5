"""A formula ready to run: checked, compiled, with what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from kernel.formula.checker import Checked, check
from kernel.formula.compiler import compile_tree
from kernel.formula.parser import parse
from kernel.formula.printer import show
from kernel.formula.runtime import EXACT, HUNDRED, MAX_TEXT, Env, Run, Setting, texts
from kernel.formula.scope import Scope
from kernel.formula.types import NUMBERS, TEXTS, Type
from kernel.text.digits import MAX_DIGITS, to_places


@dataclass(frozen=True)
class Result:
    """A value, or None; then `reason` says why where there is more to say than that something was blank."""

    value: Any
    reason: str = ""


#: Kinds of field that may keep a result of this type.
KEPT_AS: dict[str, tuple[str, ...]] = {
    "text": ("text", "longtext"), "choice": ("text", "longtext"), "number": ("decimal", "integer", "percent", "money"),
    "percent": ("percent", "decimal"), "money": ("money", "decimal"), "date": ("date",), "datetime": ("datetime",),
    "bool": ("bool",), "null": ("text", "decimal", "date", "bool"), "link": (),
}  # fmt: skip


@dataclass(frozen=True)
class Program:
    checked: Checked
    setting: Setting

    @property
    def type(self) -> Type:
        return self.checked.type

    @property
    def volatile(self) -> bool:
        return self.checked.volatile

    @cached_property
    def source(self) -> str:
        """The formula as it is kept: keys, never labels, so that renaming a field changes nothing."""
        return show(self.checked.tree.node)

    @cached_property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Every value it reads, the currencies of money included."""
        found = dict.fromkeys(self.checked.fields)
        for known in self.checked.fields.values():
            found |= dict.fromkeys(tuple(path.split(".")) for path in sorted(known.type.currencies))
        return tuple(found)

    @cached_property
    def run(self) -> Run:
        return compile_tree(self.checked.tree, self.setting)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.setting.time_zone)

    @cached_property
    def _money(self) -> tuple[tuple[str, str], ...]:
        """Fields of money with the fields of their currencies, where more than one currency may meet."""
        pairs = [(".".join(p), c) for p, known in self.checked.fields.items() for c in known.type.currencies]
        return tuple(pairs) if len({currency for _path, currency in pairs}) > 1 else ()

    def evaluate(self, values: Mapping[str, Any], now: datetime) -> Result:
        """The result for one record's values by dotted path. Never raises."""
        env = Env(values, now, self.zone)
        if self._money:
            given = {values.get(currency) for path, currency in self._money if values.get(path) is not None}
            if len(given - {None, ""}) > 1:
                return Result(None, "mixed_currencies")
        value = self.run(env)
        if value is None or value == "":
            return Result(None, env.reason)
        return _bounded(value)


def _bounded(value: Any) -> Result:
    if isinstance(value, Decimal):
        if value and value.adjusted() >= MAX_DIGITS - 3:
            return Result(None, "out_of_range")
        return Result(value or Decimal(0))
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return Result(None, "too_long")
    return Result(value)


def build(source: str, scope: Scope, setting: Setting) -> Program:
    """Parse and check; FormulaError says what is wrong and where."""
    return Program(check(parse(source), scope, source), setting)


def keeper(kind: Type, into: str, setting: Setting, *, places: int | None = None) -> Callable[[Any], Any]:
    """What makes a result the value that a field of a kind keeps: rounded, a percentage times a hundred."""
    if kind.name == "choice":
        label = texts(kind, setting)
        return lambda value: label(None, value)  # type: ignore[arg-type]  # labels need no surroundings
    if kind.name in TEXTS or kind.name not in NUMBERS:
        return lambda value: value

    def keep(value: Decimal) -> Any:
        if into == "percent":
            value = EXACT.multiply(value, HUNDRED)
        if into == "integer":
            return int(to_places(value, 0))
        return value if places is None else to_places(value, places)

    return keep
