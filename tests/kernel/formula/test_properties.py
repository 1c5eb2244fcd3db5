"""What holds for any formula: printed and read again it is the same; checked, it never fails."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.formula import FormulaError, Result, Scope, Setting, book, build, check, parse, show
from kernel.formula.lexer import MAX_LENGTH
from kernel.formula.nodes import Binary, Blank, Bool, Call, FieldRef, Node, Number, Text, Unary
from kernel.formula.program import Program
from tests.kernel.formula.conftest import NOW, TEHRAN, make_scope

SCOPE = make_scope()
PATHS = [(name,) for name in SCOPE.fields] + [("account", "city"), ("account", "x_budget")]
OPS = ("or", "and", "=", "<>", "<", "<=", ">", ">=", "&", "+", "-", "*", "/", "^")
kept = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
atoms = st.one_of(
    st.decimals(0, 10**9, places=3).map(Number),
    kept.map(Text),
    st.sampled_from(["day", "ماه", "won", "12"]).map(Text),
    st.booleans().map(Bool),
    st.just(Blank()),
    st.sampled_from(PATHS).map(FieldRef),
    st.sampled_from(PATHS).map(FieldRef),
)


def _further(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    calls = st.builds(Call, st.sampled_from(sorted(book())), st.lists(inner, max_size=4).map(tuple))
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "not", "%"]), inner),
        st.builds(Binary, st.sampled_from(OPS), inner, inner),
        calls,
    )


trees: st.SearchStrategy[Node] = st.recursive(atoms, _further, max_leaves=20)


def _typed(kind: str) -> st.SearchStrategy[Node]:
    """Trees that are likely to pass the checker, by what they should give."""
    return st.deferred(lambda: _MAKERS[kind])


def _call(name: str, *args: str) -> st.SearchStrategy[Node]:
    return st.tuples(*map(_typed, args)).map(lambda found: Call(name, found))


def _ops(ops: str, left: str, right: str) -> st.SearchStrategy[Node]:
    return st.builds(Binary, st.sampled_from(ops.split()), _typed(left), _typed(right))


def _ref(*names: str) -> st.SearchStrategy[Node]:
    return st.sampled_from([FieldRef(tuple(name.split("."))) for name in names])


_unit = st.sampled_from(["day", "week", "month", "jyear", "hour", "minute"]).map(Text)
_MAKERS: dict[str, st.SearchStrategy[Node]] = {
    "number": st.one_of(
        _ref("n", "d", "x_discount"),
        st.decimals(0, 10**20, places=2).map(Number),
        _ops("+ - * / ^", "number", "number"),
        _call("ROUND", "number", "number"),
        _call("MOD", "number", "number"),
        _call("CEIL", "number", "number"),
        _call("NUMBER", "text"),
        _call("LEN", "text"),
        _call("JYEAR", "date"),
        _call("IF", "bool", "number", "number"),
        _ops("-", "date", "date"),
        st.builds(Unary, st.sampled_from("-%"), _ref("n", "d")),
        st.tuples(_typed("date"), _typed("date"), _unit).map(lambda a: Call("DATEDIF", a)),
    ),
    "text": st.one_of(
        _ref("name", "note", "kind", "account.city"),
        kept.map(Text),
        _ops("&", "text", "number"),
        _ops("&", "date", "text"),
        _call("LEFT", "text", "number"),
        _call("MID", "text", "number", "number"),
        _call("UPPER", "text"),
        _call("REPLACE", "text", "text", "text"),
        _call("TEXT", "number", "number"),
        _call("IF", "bool", "text", "text"),
    ),
    "date": st.one_of(
        _ref("close_date"),
        st.just(Call("TODAY", ())),
        _ops("+ -", "date", "number"),
        _call("MAX", "date", "date"),
        _call("DATE", "number", "number", "number"),
        _call("JDATE", "number", "number", "number"),
        st.tuples(_typed("date"), _typed("number"), _unit).map(lambda a: Call("DATEADD", a)),
    ),
    "bool": st.one_of(
        _ref("ok"),
        st.booleans().map(Bool),
        _ops("= < >=", "number", "number"),
        _ops("= <> <", "text", "text"),
        _ops("> =", "date", "date"),
        _ops("and or", "bool", "bool"),
        _call("CONTAINS", "text", "text"),
        _call("ISBLANK", "date"),
    ),
}
numbers = st.one_of(st.none(), st.integers(-(2**63), 2**63), st.decimals(-(10**20), 10**20, places=4))
values = st.fixed_dictionaries(
    {
        "name": st.none() | st.text(max_size=50),
        "note": st.none() | st.text(max_size=5000),
        "amount": numbers,
        "n": numbers,
        "d": numbers,
        "x_discount": numbers,
        "currency": st.sampled_from([None, "EUR", "IRR"]),
        "kind": st.sampled_from([None, "won", "x"]),
        "close_date": st.none() | st.dates(),
        "created_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "ok": st.sampled_from([None, True, False]),
        "account": st.none() | st.uuids(),
        "parent": st.none(),
        "account.city": st.none() | st.text(max_size=9),
        "account.x_budget": numbers,
        "account.currency": st.just("EUR"),
    }
)
#: What a result of a type may be.
CLASSES: dict[str, type | tuple[type, ...]] = {
    "number": Decimal,
    "money": Decimal,
    "percent": Decimal,
    "text": str,
    "choice": str,
    "bool": bool,
    "date": date,
    "datetime": datetime,
    "link": object,
    "null": type(None),
}


@given(trees)
def test_printed_and_read_again_it_is_the_same(tree: Node) -> None:
    assert parse(show(tree)) == tree


def _run(tree: Node, given_values: dict[str, Any], scope: Scope = SCOPE) -> Program | None:
    try:
        program = Program(check(tree, scope), TEHRAN)
    except FormulaError:
        return None
    result = program.evaluate(given_values, NOW)
    assert isinstance(result, Result)
    assert result.value is None or isinstance(result.value, CLASSES[program.type.name])
    if isinstance(result.value, Decimal):
        assert result.value.is_finite()
    assert result == Program(check(parse(program.source), scope), TEHRAN).evaluate(given_values, NOW)
    return program


@settings(max_examples=300)
@given(trees, values)
def test_any_tree_is_refused_with_reasons_or_has_a_value(tree: Node, given_values: dict[str, Any]) -> None:
    _run(tree, given_values)


@settings(max_examples=300)
@given(st.sampled_from(sorted(_MAKERS)).flatmap(_typed), values)
def test_what_passed_the_checker_never_fails(tree: Node, given_values: dict[str, Any]) -> None:
    _run(tree, given_values)


@settings(max_examples=300)
@given(
    st.text(st.sampled_from('{}()",;«»+-*/^&=<>%. \u200f\u202b\u200c\x00۱1aIF\namount'), max_size=60)
    | st.text(max_size=60)
)
def test_any_text_is_a_formula_or_refused(source: str) -> None:
    try:
        program = build(source, SCOPE, Setting())
    except FormulaError as error:
        places = [(issue.start, issue.end) for issue in error.issues]
    else:
        places = []
        assert build(program.source, SCOPE, Setting()).source == program.source
    assert all(0 <= start <= end for start, end in places)


@pytest.mark.parametrize(
    "source",
    [
        "1" * 2_000_000,
        '"' * 2_000_000,
        "(" * 3999,
        "-" * 3999,
        "not " * 999,
        "IF(" * 1300,
        "1" + "+1" * 1900,
        "1" + "%" * 3000,
        "{" * 3999,
        "1^" * 1900 + "1",
        "\u202b" * 3999,
        "\x00",
        "«" * 10,
        "a" * 4000,
        "=" * 4000,
        ";" * 4000,
        "1,1" * 1000,
    ],
)
def test_what_is_made_to_hurt_is_refused(source: str) -> None:
    with pytest.raises(FormulaError):
        build(source, SCOPE, Setting())


def test_texts_do_not_grow_without_end(result: Callable[..., Result]) -> None:
    source = '"a" & "a"'
    for _ in range(20):
        source = f'REPLACE({source}, "a", "aaa")'
    assert result(source) == Result(None, "too_long")


def test_marks_of_direction_between_tokens_do_not_count(result: Callable[..., Result]) -> None:
    assert result("\u200f{\u200famount\u200f}\u202b *\u200e 2\ufeff") == Result(Decimal(400))
    with suppress(FormulaError):
        parse("\u200f" * (MAX_LENGTH + 1))
