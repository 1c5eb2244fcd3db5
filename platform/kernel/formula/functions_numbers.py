"""Functions of numbers. Money stays money, with its currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.formula.functions import Function, Site, simple
from kernel.formula.runtime import EXACT, ONE, ZERO, Env, Run, round_to
from kernel.formula.types import DAYS, NUMBERS, Type, join_all
from kernel.text.digits import WIDE

_PLAIN = frozenset({"number"})


def _first_type(types: Sequence[Type]) -> Type:
    return types[0]


def _round(_env: Env, value: Decimal, places: Decimal = ZERO) -> Decimal:
    return round_to(value, places)


def _stepped(rounding: str) -> Callable[..., Any]:
    def run(env: Env, value: Decimal, step: Decimal = ONE) -> Any:
        if not step:
            return env.blank("division_by_zero")
        steps = EXACT.divide(value, abs(step))
        if steps.adjusted() > 40:
            return value
        return EXACT.multiply(steps.quantize(ONE, rounding, WIDE), abs(step))

    return run


def _mod(env: Env, value: Decimal, by: Decimal) -> Any:
    """The remainder with the sign of the divisor, as spreadsheets have it."""
    if not by:
        return env.blank("division_by_zero")
    rest = EXACT.remainder(value, by)
    return EXACT.add(rest, by) if rest and (rest < 0) != (by < 0) else rest


def _chosen(choose: Callable[[list[Any]], Any]) -> Callable[[Site], Run]:
    def build(site: Site) -> Run:
        def call(env: Env) -> Any:
            values = [value for arg in site.args if (value := arg(env)) is not None]
            return choose(values) if values else None

        return call

    return build


FUNCTIONS = (
    Function(
        name="ROUND",
        takes=(NUMBERS, _PLAIN),
        optional=1,
        gives=_first_type,
        build=simple(_round),
        group="number",
        help=_("Rounds to so many decimals, half up; -3 rounds to thousands."),
        example="ROUND({amount} * 1.1, 0)",
    ),
    Function(
        name="FLOOR",
        takes=(NUMBERS, _PLAIN),
        optional=1,
        gives=_first_type,
        build=simple(_stepped(ROUND_FLOOR)),
        group="number",
        help=_("Rounds down to a whole number, or to a multiple of the second."),
        example="FLOOR({amount}, 1000)",
    ),
    Function(
        name="CEIL",
        aliases=("CEILING",),
        takes=(NUMBERS, _PLAIN),
        optional=1,
        gives=_first_type,
        build=simple(_stepped(ROUND_CEILING)),
        group="number",
        help=_("Rounds up to a whole number, or to a multiple of the second."),
        example="CEIL({amount}, 1000)",
    ),
    Function(
        name="ABS",
        takes=(NUMBERS,),
        gives=_first_type,
        build=simple(lambda _env, value: abs(value)),
        group="number",
        help=_("The number without its sign."),
        example="ABS({amount})",
    ),
    Function(
        name="MIN",
        takes=(NUMBERS | DAYS,),
        rest=True,
        gives=join_all,
        build=_chosen(min),
        group="number",
        help=_("The smallest number or the earliest day; blanks do not count."),
        example="MIN({amount}, 1000)",
    ),
    Function(
        name="MAX",
        takes=(NUMBERS | DAYS,),
        rest=True,
        gives=join_all,
        build=_chosen(max),
        group="number",
        help=_("The largest number or the latest day; blanks do not count."),
        example="MAX({amount}, 0)",
    ),
    Function(
        name="MOD",
        takes=(NUMBERS, NUMBERS),
        gives=_first_type,
        build=simple(_mod),
        group="number",
        help=_("What remains when the first is divided by the second."),
        example="MOD({position}, 2)",
    ),
)
