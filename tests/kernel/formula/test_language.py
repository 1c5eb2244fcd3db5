from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kernel.formula import FormulaError, Result, Scope, Setting, book, build, keeper, parse, place_of, show
from kernel.formula.types import NUMBER, PERCENT

D = Decimal
Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{amount} * (1 - {x_discount})", D(180)),
        ("=amount + 5", D(205)),
        ("{مبلغ} ÷ 2 − 1", D(99)),
        ("-2^2", D(4)),
        ("2^3^2", D(64)),
        ("2 + 3 * 4 - 1", D(13)),
        ("10%", D("0.1")),
        ("۱۲٫۵ + ١", D("13.5")),
        ("(1,5 + 1) * 2", D(5)),
        ("1٬250٬000 + 0", D(1250000)),
        ("ROUND(1,55; 1)", D("1.6")),
        ("ROUND(1.55، 1)", D("1.6")),
        ("ROUND(-2.5)", D(-3)),
        ("ROUND(1250, -3)", D(1000)),
        ("FLOOR(-1.2) + CEIL(1.2)", D(0)),
        ("FLOOR({amount}, 30)", D(180)),
        ("MOD(-7, 3)", D(2)),
        ("MAX(1, BLANK, {n})", D(3)),
        ("ABS(-{n})", D(3)),
        ('"a" & {n} & «ب» & BLANK', "a3ب"),
        ('CONCAT("a", 1.50, TRUE)', "a1.5بله"),
        ('"say ""hi"""', 'say "hi"'),
        ('IF({kind} = "Successful", "yes", "no")', "yes"),
        ('CASE({kind}, "lost", 1, "won", 2)', D(2)),
        ('SWITCH({n}, 1, "one", "other")', "other"),
        ("TEXT({kind}) & {x_discount}", "Successful10%"),
        ("TEXT({amount} / 3, 2)", "66.67"),
        ('NUMBER("۱۲٫۵") * 2', D(25)),
        ('UPPER("ab") & LOWER("CD") & TRIM("  a  b ")', "ABcda b"),
        ('LEFT("abc", 2) & RIGHT("abc") & MID("abcdef", 2, 3)', "abcbcd"),
        ("LEN({note})", D(0)),
        ('CONTAINS({name}, "كتاب")', True),
        ('{name} = "sara كتاب"', True),
        ('REPLACE("0912", "0", "+98")', "+98912"),
        ("amount > 100 and not ISBLANK(n) or false", True),
        ("AND(true, n = 3, OR(false, n > 5))", False),
        ("DATE(2026, 3, 21) = JDATE(1405, 1, 1)", True),
        ("JYEAR(close_date) * 100 + JMONTH(close_date)", D(140509)),
        ("YEAR({created_at}) * 10000 + MONTH({created_at}) * 100 + DAY({created_at})", D(20261128)),
        ("TODAY() - {close_date}", D(3)),
        ("DATE({created_at})", date(2026, 11, 28)),
        ("{close_date} + 7", date(2026, 12, 2)),
        ('DATEADD(DATE(2026, 1, 31), 1, "month")', date(2026, 2, 28)),
        ('DATEADD({close_date}, 1, "ماه")', date(2026, 12, 25)),
        ('DATEADD(NOW(), 1.5, "hour")', datetime(2026, 11, 27, 23, 30, tzinfo=UTC)),
        ('DATEDIF(DATE(2024, 2, 29), DATE(2026, 2, 28), "year")', D(1)),
        ('DATEDIF(DATE(2026, 3, 1), DATE(2026, 1, 31), "month")', D(-1)),
        ("NOW() - {created_at}", D(0)),
        ("{close_date} & «»", "1405/09/04"),
        ('{account.شهر} & {حساب مشتری.city}', "تهرانتهران"),
        ("{account.x_budget} + {amount}", D(250)),
    ],
)  # fmt: skip
def test_what_formulas_give(result: Run, source: str, value: Any) -> None:
    assert result(source) == Result(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{d} + 1", None),
        ("COALESCE({d}, 0) + 1", D(1)),
        ("{d} = BLANK", True),
        ("{d} <> 5", True),
        ("{d} < 5", False),
        ("{d} > 5", False),
        ("IF({ok}, 1, 2)", D(2)),
        ("not {ok}", True),
        ('{note} = ""', True),
        ("ISBLANK({note})", True),
        ("UPPER({note})", None),
        ('"x" & {note}', "x"),
        ("MIN({d}, {n})", D(3)),
        ("MIN({d})", None),
        ("IF({n} > 5, 1)", None),
    ],
)
def test_blanks(result: Run, source: str, value: Any) -> None:
    assert result(source, d=None, ok=None, note=None) == Result(value)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / (n - 3)", "division_by_zero"),
        ("MOD(1, 0)", "division_by_zero"),
        ("9^99^9", "out_of_range"),
        ("10^22", "out_of_range"),
        ("(-2)^0.5", "out_of_range"),
        ("DATE(2026, 2, 30)", "no_such_date"),
        ("DATEADD(TODAY(), 99999, «سال»)", "no_such_date"),
        ("{close_date} + 10^12", "no_such_date"),
        ('NUMBER("twelve")', "not_a_number"),
        ('REPLACE({note}, "a", {note})', "too_long"),
    ],
)
def test_what_has_no_answer_is_blank_and_says_why(result: Run, source: str, reason: str) -> None:
    assert result(source, note="a" * 9000) == Result(None, reason)


def test_currencies_are_not_mixed(result: Run) -> None:
    source = "{account.x_budget} + {amount}"
    assert result(source, **{"account.currency": "IRR"}) == Result(None, "mixed_currencies")
    assert result(source, **{"account.currency": "IRR", "account.x_budget": None}) == Result(None)


@pytest.mark.parametrize(
    ("source", "code", "column", "suggestion"),
    [
        ("", "empty", 1, ""),
        ("1 +", "unfinished", 4, ""),
        ("{x_discont} * 2", "unknown_field", 1, "{x_discount}"),
        ("{account.ciy}", "unknown_field", 1, "{account.city}"),
        ("{acount.city}", "unknown_field", 1, "{account.city}"),
        ("{name.city}", "no_link", 1, "{name}"),
        ("{account.owner.name}", "too_far", 1, ""),
        ("1 + ROUNDD(2)", "unknown_function", 5, "ROUND"),
        ("ROUND()", "arguments", 1, "ROUND({amount} * 1.1, 0)"),
        ("{name} + 1", "join", 1, "&"),
        ("{name} * 2", "type", 1, "NUMBER({name})"),
        ("LEFT({n}, 1)", "type", 6, "TEXT({n})"),
        ("{account} & 1", "type", 1, "{account.name}"),
        ("{amount} * {amount}", "type", 1, ""),
        ("{close_date} > {created_at}", "type", 16, "DATE({created_at})"),
        ("{close_date} + {close_date}", "type", 1, ""),
        ('{kind} = "Succesful"', "choice", 10, '"Successful"'),
        ("IF({n}, 1, 2)", "type", 4, ""),
        ('IF(true, 1, "a")', "type", 1, ""),
        ('DATEADD({close_date}, 1, "fortnight")', "unit", 26, '"day"'),
        ("مبلغ * 2", "bare_word", 1, "«مبلغ»"),
        ('"abc', "unclosed_text", 1, ""),
        ("(1 + 2", "unclosed", 1, ""),
        ("1 + 2)", "bracket", 6, ""),
        ("1 2", "unexpected", 3, ""),
        ("{amount", "bad_field", 1, ""),
        ("1 + * 2", "missing_value", 5, ""),
        ("1 \x00", "bad_sign", 3, ""),
        ("1" * 30, "number_too_long", 1, ""),
    ],
)
def test_mistakes_are_shown_at_their_place(scope: Scope, source: str, code: str, column: int, suggestion: str) -> None:
    with pytest.raises(FormulaError) as caught:
        build(source, scope, Setting())
    issue = caught.value.issues[0]
    assert (issue.code, place_of(source, issue).column, issue.suggestion) == (code, column, suggestion)
    assert str(issue.message)


def test_every_mistake_is_told_at_once_with_line_and_caret(scope: Scope) -> None:
    source = "{amont} +\n  {nam} * 2"
    with pytest.raises(FormulaError) as caught:
        build(source, scope, Setting())
    places = [place_of(source, issue) for issue in caught.value.issues]
    assert [(p.line, p.column) for p in places] == [(1, 1), (2, 3)]
    assert (places[1].text, places[1].caret) == ("  {nam} * 2", "  ^^^^^")
    assert set(caught.value.problems) == {"source"}


def test_a_percentage_divided_by_a_hundred_earns_a_hint(scope: Scope) -> None:
    program = build("{amount} * (1 - {x_discount} / 100)", scope, Setting())
    assert [hint.code for hint in program.checked.hints] == ["percent_twice"]


def test_what_a_formula_depends_on(scope: Scope) -> None:
    program = build('{مبلغ} + {حساب مشتری.x_budget} * IF({kind} = "won", 1, 2)', scope, Setting())
    assert program.paths == (("amount",), ("account", "x_budget"), ("kind",), ("currency",), ("account", "currency"))
    assert program.source == '{amount} + {account.x_budget} * IF({kind} = "won", 1, 2)'
    assert not program.volatile
    assert build("TODAY()", scope, Setting()).volatile


def test_how_a_field_keeps_a_result() -> None:
    assert keeper(NUMBER, "percent", Setting(), places=1)(D("0.1255")) == D("12.6")
    assert keeper(PERCENT, "decimal", Setting())(D("0.1")) == D("0.1")
    assert keeper(NUMBER, "integer", Setting())(D("2.5")) == 3


@pytest.mark.parametrize("function", dict.fromkeys(book().values()), ids=lambda f: f.name)
def test_every_example_is_a_formula(function: Any) -> None:
    assert parse(show(parse(function.example))) == parse(function.example)
    assert str(function.help)
