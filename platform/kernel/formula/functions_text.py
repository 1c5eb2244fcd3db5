"""Functions of texts. They find letters as search does: case, ي/ی, ك/ک and half-space make no difference."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.formula.functions import ANY, Function, Site, simple
from kernel.formula.runtime import EXACT, HUNDRED, MAX_TEXT, Env, Run, bounded, round_to, texts
from kernel.formula.types import BOOL, NUMBER, TEXT, TEXTS
from kernel.text.digits import parse_decimal
from kernel.text.folding import fold

_PLAIN = frozenset({"number"})


def _count(number: Decimal) -> int:
    return max(0, int(min(number, Decimal(MAX_TEXT))))


def _left(_env: Env, text: str, count: Decimal = Decimal(1)) -> str:
    return text[: _count(count)]


def _right(_env: Env, text: str, count: Decimal = Decimal(1)) -> str:
    return text[max(0, len(text) - _count(count)) :]


def _mid(_env: Env, text: str, first: Decimal, count: Decimal) -> str:
    start = max(0, _count(first) - 1)
    return text[start : start + _count(count)]


def _length(site: Site) -> Run:
    value = site.args[0]
    return lambda env: Decimal(len(value(env) or ""))


def _contains(site: Site) -> Run:
    text, part = site.args

    def call(env: Env) -> bool:
        wanted = fold(part(env))
        return bool(wanted) and wanted in fold(text(env))

    return call


def _replace(env: Env, text: str, old: str, new: str) -> Any:
    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        return env.blank("too_long")
    return text.replace(old, new)


def _changed(change: Callable[[str], str]) -> Callable[[Site], Run]:
    return simple(lambda env, text: bounded(env, change(text)))


def joined(args: list[Run]) -> Run:
    """One text after the other; a blank adds nothing."""

    def call(env: Env) -> Any:
        return bounded(env, "".join([text for arg in args if (text := arg(env)) is not None]))

    return call


def as_text(run: Run, kind: Any, setting: Any) -> Run:
    read = texts(kind, setting)

    def call(env: Env) -> Any:
        value = run(env)
        return None if value is None else read(env, value)

    return call


def _concat(site: Site) -> Run:
    return joined(
        [as_text(a, t, site.setting) if t.name not in TEXTS else a for a, t in zip(site.args, site.types, strict=True)]
    )


def _text(site: Site) -> Run:
    value, kind = site.args[0], site.types[0]
    if len(site.args) == 1:
        return as_text(value, kind, site.setting)
    percent = kind.name == "percent"

    def run(_env: Env, number: Decimal, places: Decimal) -> str:
        number = EXACT.multiply(number, HUNDRED) if percent else number
        text = format(round_to(number, max(Decimal(0), min(places, Decimal(10)))), "f")
        return text + "%" if percent else text

    return simple(run)(site)


def _number(env: Env, text: str) -> Decimal:
    return parse_decimal(text)


FUNCTIONS = (
    Function(
        name="LEN",
        takes=(TEXTS,),
        gives=NUMBER,
        build=_length,
        group="text",
        help=_("How many characters a text has."),
        example="LEN({name})",
    ),
    Function(
        name="LEFT",
        takes=(TEXTS, _PLAIN),
        optional=1,
        gives=TEXT,
        build=simple(_left),
        group="text",
        help=_("The first characters of a text."),
        example="LEFT({name}, 3)",
    ),
    Function(
        name="RIGHT",
        takes=(TEXTS, _PLAIN),
        optional=1,
        gives=TEXT,
        build=simple(_right),
        group="text",
        help=_("The last characters of a text."),
        example="RIGHT({phone}, 4)",
    ),
    Function(
        name="MID",
        takes=(TEXTS, _PLAIN, _PLAIN),
        gives=TEXT,
        build=simple(_mid),
        group="text",
        help=_("Characters from the middle of a text: from which one, and how many."),
        example="MID({name}, 2, 3)",
    ),
    Function(
        name="UPPER",
        takes=(TEXTS,),
        gives=TEXT,
        build=_changed(str.upper),
        group="text",
        help=_("The text in capitals."),
        example="UPPER({code})",
    ),
    Function(
        name="LOWER",
        takes=(TEXTS,),
        gives=TEXT,
        build=_changed(str.lower),
        group="text",
        help=_("The text in small letters."),
        example="LOWER({code})",
    ),
    Function(
        name="TRIM",
        takes=(TEXTS,),
        gives=TEXT,
        build=_changed(lambda text: " ".join(text.split())),
        group="text",
        help=_("The text without spaces at its ends and doubled ones."),
        example="TRIM({name})",
    ),
    Function(
        name="CONTAINS",
        takes=(TEXTS, TEXTS),
        gives=BOOL,
        build=_contains,
        group="text",
        help=_("True where the first text holds the second; case and letter variants make no difference."),
        example='CONTAINS({name}, "group")',
    ),
    Function(
        name="REPLACE",
        aliases=("SUBSTITUTE",),
        takes=(TEXTS, TEXTS, TEXTS),
        gives=TEXT,
        build=simple(_replace),
        group="text",
        help=_("Puts the third text wherever the second stands in the first."),
        example='REPLACE({phone}, "+98", "0")',
    ),
    Function(
        name="CONCAT",
        takes=(ANY,),
        rest=True,
        gives=TEXT,
        build=_concat,
        group="text",
        help=_("Joins texts, as & does; blanks add nothing."),
        example='CONCAT({name}, " – ", {account.name})',
    ),
    Function(
        name="TEXT",
        takes=(ANY - {"link"}, _PLAIN),
        optional=1,
        gives=TEXT,
        build=_text,
        group="text",
        help=_("A number, day or choice as text; numbers with so many decimals."),
        example="TEXT({amount}, 2)",
    ),
    Function(
        name="NUMBER",
        aliases=("VALUE",),
        takes=(TEXTS,),
        gives=NUMBER,
        build=simple(_number, "not_a_number"),
        group="text",
        help=_("The number that a text holds, in Persian or Latin digits."),
        example="NUMBER({code})",
    ),
)
