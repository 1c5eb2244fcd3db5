"""Lists: what a filter finds, and pages that neither lose nor repeat a record."""

from contextlib import AbstractContextManager
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Account
from kernel.access import Actor
from kernel.errors import Invalid
from kernel.query import page, parse_filters, select, suggest, sums, walking
from kernel.query.walking import page_in_time
from kernel.text.folding import fold

pytestmark = pytest.mark.django_db

WORDS = st.sampled_from(["Zagros", "فولاد", "پمپ‌سازان", "Steel", "ك", "Nordlys", "۱۲", "12", "آب"])
ACCOUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
            "city": st.sampled_from(["", "Ahvaz", "Qom"]),
            "employees": st.one_of(st.none(), st.integers(0, 20)),
            "revenue": st.one_of(st.none(), st.integers(0, 3).map(Decimal)),
        }
    ),
    max_size=12,
)


def fill(rows: list[dict[str, Any]]) -> None:
    Account.everything.all()._raw_delete("default")  # deleting by the ORM would look into engines that are off
    Account.objects.bulk_create(Account(**row) for row in rows)


examples = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples
@given(rows=ACCOUNTS, low=st.integers(0, 20), word=WORDS, city=st.sampled_from(["Ahvaz", "Qom"]))
def test_filters_find_what_a_plain_loop_finds(
    manager: Actor, rows: list[dict[str, Any]], low: int, word: str, city: str
) -> None:
    fill(rows)
    asked = {"employees__gte": str(low), "name__contains": word, "city": city}
    for names in (("employees__gte",), ("name__contains",), ("city",), tuple(asked)):
        filters = parse_filters("account", {name: asked[name] for name in names})
        rows_found = select("account", actor=manager, filters=filters).values_list("name", "city", "employees")
        wanted = [
            (r["name"], r["city"], r["employees"])
            for r in rows
            if ("employees__gte" not in names or (r["employees"] is not None and r["employees"] >= low))
            and ("name__contains" not in names or fold(word) in fold(r["name"]))
            and ("city" not in names or fold(city) in fold(r["city"]))
        ]
        assert sorted(map(repr, rows_found)) == sorted(map(repr, wanted))


@examples
@given(
    rows=ACCOUNTS, size=st.integers(1, 5),
    sort=st.sampled_from(["name", "-name", "employees", "-employees", "revenue", "-revenue", "-created_at", "owner"]),
    q=st.sampled_from(["", "ste", "s"]),
)  # fmt: skip
def test_pages_cover_every_record_once_both_ways(
    manager: Actor, rows: list[dict[str, Any]], size: int, sort: str, q: str
) -> None:
    fill(rows)
    whole = [row.pk for row in select("account", actor=manager, sort=sort, q=q)]
    sought = f" {q}" if len(q) == 1 else q  # one letter must begin a word
    assert len(whole) == sum(sought in f" {fold(row['name'])}" for row in rows)
    queryset = select("account", actor=manager, sort=sort, q=q)
    forward, cursor, last = [], None, None
    while True:
        current = page(queryset, "account", sort=sort, size=size, cursor=cursor)
        forward += [row.pk for row in current.rows]
        if current.next is None:
            last = current
            break
        cursor = current.next
    assert forward == whole
    backward = [row.pk for row in last.rows]
    while last.previous:
        last = page(queryset, "account", sort=sort, size=size, cursor=last.previous)
        backward = [row.pk for row in last.rows] + backward
    assert backward == whole


@examples
@given(
    rows=ACCOUNTS, size=st.integers(1, 5), sort=st.sampled_from(["name", "-name", "-employees", "owner"]),
    slow=st.lists(st.booleans(), min_size=1, max_size=4),
)  # fmt: skip
def test_lists_are_the_same_whether_walked_or_gathered(
    manager: Actor, rows: list[dict[str, Any]], size: int, sort: str, slow: list[bool]
) -> None:
    fill(rows)
    queryset, turns, found, cursor = select("account", actor=manager, sort=sort, q="s"), cycle(slow), [], None
    while True:
        with pytest.MonkeyPatch.context() as patch:
            if next(turns):
                patch.setattr(walking, "within", _out_of_time)
            current = page_in_time(queryset, "account", sort=sort, size=size, cursor=cursor)
        found += [row.pk for row in current.rows]
        if (cursor := current.next) is None:
            break
    assert found == [row.pk for row in queryset]


def _out_of_time(_most: int) -> AbstractContextManager[None]:
    raise OperationalError("canceling statement due to statement timeout")


def test_a_walk_that_takes_too_long_is_left(manager: Actor) -> None:
    fill([{"name": "Zagros Steel"}, {"name": "Steel of Ahvaz"}])
    walked = select("account", actor=manager, q="st")
    with CaptureQueriesContext(connection) as seen:
        found = page_in_time(walked.extra(where=["pg_sleep(0.2) IS NOT NULL"]), "account")
    assert [str(one) for one in found.rows] == ["Steel of Ahvaz", "Zagros Steel"]
    assert any("ROLLBACK TO SAVEPOINT" in query["sql"] for query in seen), "the server stopped it"


@pytest.mark.parametrize("cursor", ["", "x", "e30", "W10", "bm90LWpzb24", "WyIxIiwibiJd"])
def test_a_cursor_of_another_list_is_refused(manager: Actor, cursor: str) -> None:
    with pytest.raises(Invalid):
        page(select("account", actor=manager), "account", cursor=cursor)


@pytest.mark.parametrize("params", [{"colour": "red"}, {"employees__contains": "1"}, {"employees": "many"}])
def test_unknown_filters_are_refused_not_ignored(params: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        parse_filters("account", params)


def test_search_is_blind_to_letter_forms_and_half_spaces(manager: Actor) -> None:
    fill([{"name": "پمپ‌سازان كرج"}, {"name": "Zagros Steel"}])
    for text in ("پمپ سازان", "کرج", "پمپ‌سازان کرج"):
        assert [str(a) for a in select("account", actor=manager, q=text)] == ["پمپ‌سازان كرج"]
    assert [s.label for s in suggest("account", "zag", actor=manager)] == ["Zagros Steel"]
    assert not select("account", actor=manager, q="100%").exists()


def test_one_or_two_letters_are_completed_where_words_begin(manager: Actor) -> None:
    fill([{"name": "Zagros Steel"}, {"name": "Steel of Ahvaz"}, {"name": "Roast"}])
    assert [s.label for s in suggest("account", "st", actor=manager)] == ["Steel of Ahvaz", "Zagros Steel"]
    assert [s.label for s in suggest("account", "a steel", actor=manager)] == ["Steel of Ahvaz"]
    assert [s.label for s in suggest("account", "oas", actor=manager)] == ["Roast"]


def test_sums_leave_empty_values_out(manager: Actor) -> None:
    fill([{"name": "A", "revenue": Decimal(2)}, {"name": "B", "revenue": None}, {"name": "C", "revenue": Decimal(3)}])
    assert sums("account", select("account", actor=manager), ["revenue"]) == {"revenue": {"": Decimal("5.00")}}
