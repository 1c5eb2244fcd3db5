"""Conditions. A blank condition is not true; nothing is evaluated that is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.formula.functions import ANY, Function, Site
from kernel.formula.runtime import Env, Run
from kernel.formula.types import BOOL, Type, join_all

_BOOL = frozenset({"bool"})


def _if(site: Site) -> Run:
    condition, then = site.args[:2]
    otherwise = site.args[2] if len(site.args) > 2 else _blank
    return lambda env: then(env) if condition(env) else otherwise(env)


def _blank(_env: Env) -> None:
    return None


def case_parts(count: int) -> tuple[list[int], list[int]]:
    """Places of what is compared and of the results in CASE(value, when, then, …, otherwise)."""
    whens = list(range(1, count - 1, 2))
    return whens, [place + 1 for place in whens] + ([count - 1] if count % 2 == 0 else [])


def _case_type(types: Sequence[Type]) -> Type | None:
    return join_all(types[place] for place in case_parts(len(types))[1])


def _case(site: Site) -> Run:
    whens, thens = case_parts(len(site.args))
    value = site.args[0]
    pairs = [(site.args[when], site.args[when + 1]) for when in whens]
    otherwise = site.args[-1] if len(thens) > len(whens) else _blank

    def call(env: Env) -> Any:
        given = value(env)
        for when, then in pairs:
            if when(env) == given:
                return then(env)
        return otherwise(env)

    return call


def _first(site: Site) -> Run:
    def call(env: Env) -> Any:
        for arg in site.args:
            if (value := arg(env)) not in (None, ""):
                return value
        return None

    return call


def _all(site: Site) -> Run:
    return lambda env: all(arg(env) for arg in site.args)


def _some(site: Site) -> Run:
    return lambda env: any(arg(env) for arg in site.args)


def _is_blank(site: Site) -> Run:
    value = site.args[0]
    return lambda env: value(env) in (None, "")


FUNCTIONS = (
    Function(
        name="IF",
        takes=(_BOOL, ANY, ANY),
        optional=1,
        gives=lambda types: join_all(types[1:]),
        build=_if,
        group="logic",
        help=_("Gives the second value where the condition holds, else the third."),
        example='IF({amount} > 1000, "large", "small")',
    ),
    Function(
        name="CASE",
        aliases=("SWITCH",),
        takes=(ANY, ANY, ANY),
        rest=True,
        gives=_case_type,
        build=_case,
        group="logic",
        help=_(
            "Compares a value with several and gives what stands behind the first equal one; at the end, what else."
        ),
        example='CASE({kind}, "won", 100%, "lost", 0%, 50%)',
    ),
    Function(
        name="AND",
        takes=(_BOOL,),
        rest=True,
        gives=BOOL,
        build=_all,
        group="logic",
        help=_("True where every condition holds."),
        example="AND({amount} > 0, ISBLANK({next_step}))",
    ),
    Function(
        name="OR",
        takes=(_BOOL,),
        rest=True,
        gives=BOOL,
        build=_some,
        group="logic",
        help=_("True where at least one condition holds."),
        example="OR({amount} > 1000, {probability} > 50%)",
    ),
    Function(
        name="ISBLANK",
        takes=(ANY,),
        gives=BOOL,
        build=_is_blank,
        group="logic",
        help=_("True where a field has no value."),
        example="ISBLANK({close_date})",
    ),
    Function(
        name="COALESCE",
        aliases=("BLANKVALUE",),
        takes=(ANY,),
        rest=True,
        gives=join_all,
        build=_first,
        group="logic",
        help=_("Gives the first value that is not blank."),
        example="COALESCE({x_discount}, 0)",
    ),
)
