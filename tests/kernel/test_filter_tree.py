"""Filter trees: SQL finds what a plain loop finds, related records count only for eyes that may see them."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.models import Account, Contact
from kernel.access import Actor
from kernel.calendars.jalali import jalali
from kernel.calendars.relative import RELATIVE, find_period, period_range
from kernel.errors import Invalid
from kernel.formats import Locale, use_locale
from kernel.query import parse_tree, select
from kernel.query.evaluate import holds
from kernel.query.tree import dump_tree, read_tree
from kernel.registry import registry

pytestmark = pytest.mark.django_db

CITIES = ["", "Qom", "Ahvaz", "اهواز"]
PERIODS = ["today", "this_month", "last_7_days", "last_45_days", "this_fiscal_year", "next_quarter:jalali", "past"]
LEAVES = st.one_of(
    st.tuples(st.sampled_from(["city", "account.city"]), st.sampled_from(["eq", "ne", "contains"]),
              st.sampled_from(CITIES[1:])),
    st.tuples(st.sampled_from(["city", "birthday", "owner", "account", "account.employees", "account.owner"]),
              st.just("empty"), st.sampled_from(["0", "1"])),
    st.tuples(st.just("account.employees"), st.sampled_from(["eq", "ne", "gte", "lte", "gt", "lt"]),
              st.sampled_from(["0", "3", "7"])),
    st.tuples(st.just("birthday"), st.just("when"), st.sampled_from(PERIODS)),
    st.tuples(st.sampled_from(["owner", "account.owner"]), st.sampled_from(["in", "ne"]),
              st.sampled_from(["me", "my_team"])),
    st.tuples(st.just("created_at"), st.sampled_from(["eq", "gt", "lte", "lt", "gte"]), st.just("2026-11-27")),
).map(list)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(["and", "or", "not"]), st.lists(inner, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=8,
)
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(CITIES), st.sampled_from([None, -400, -50, -3, 0, 1, 40]), st.sampled_from([0, 1, 2]),
        st.sampled_from([None, 0, 1, 2]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def fill(people: list[tuple[Any, ...]], owners: list[Any]) -> list[Contact]:
    """Contacts at three accounts, of which the second is nobody's and the third another's."""
    Contact.everything.all()._raw_delete("default")
    Account.everything.all()._raw_delete("default")
    accounts = Account.objects.bulk_create(
        Account(name=f"A{n}", city=CITIES[n], employees=e, owner=owners[n])
        for n, e in enumerate((3, None, 7))
    )  # fmt: skip
    today = timezone.now().date()
    return Contact.objects.bulk_create(
        Contact(
            last_name=f"N{n}", city=city, birthday=None if day is None else today + timedelta(days=day),
            owner=owners[owner], account=None if at is None else accounts[at],
        )
        for n, (city, day, owner, at) in enumerate(people)
    )  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    people=[("", None, 1, None)], tree={"not": [["city", "ne", "Qom"], ["owner", "ne", "me"]]}, fa=False, limited=False
)
@given(people=PEOPLE, tree=TREES, fa=st.booleans(), limited=st.booleans())
def test_sql_finds_what_python_finds(
    manager: Actor, nima: Any, mina: Any, people: list[Any], tree: Any, fa: bool, limited: bool
) -> None:
    fill(people, [nima, None, mina])
    actor = manager
    if limited:  # sees own accounts only, though all contacts
        levels = {**manager.levels, "crm.account.view": "own"}
        actor = Actor(nima.pk, "N", levels, frozenset([nima.team_id]), manager.engines)
    kind = registry.entity("contact")

    def related(field: Any, pk: Any) -> Any:
        return select(field.target, actor=actor).filter(pk=pk).first() if pk else None

    with use_locale(Locale.default("fa" if fa else "en")):
        nodes = parse_tree(kind, json.dumps(tree), actor=actor)
        found = set(select(kind, actor=actor, filters=nodes).values_list("pk", flat=True))
        whole = select(kind, actor=actor)
        assert found == {r.pk for r in whole if all(holds(kind, n, r, actor=actor, related=related) for n in nodes)}


@given(tree=TREES)
@settings(deadline=None)
def test_a_tree_has_one_way_to_be_written(tree: Any) -> None:
    written = dump_tree(read_tree(json.dumps(tree, indent=3)))
    assert dump_tree(read_tree(written)) == written
    assert json.loads(written) == tree


@pytest.mark.parametrize(
    "text",
    [
        "x", "1", "[]", '["city"]', '{"xor":[]}', '{"and":[],"or":[]}', '["colour","eq","red"]',
        '["city","when","today"]',
        '["account.colour","eq","1"]', '["city.account","eq","1"]', '["account.parent.city","eq","Qom"]',
        '["city","eq"]',
        '["city","eq",["x"]]', '["birthday","when","last_0_days"]', '["birthday","when","this_month:maya"]', "[" * 5000,
        '{"not":[' * 20 + '["city","eq","x"]' + "]}" * 20, '["city","eq","\\u0000"]', '["owner","in","nobody"]',
    ],
)  # fmt: skip
def test_nonsense_is_refused_not_ignored(tenant: Any, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_tree("contact", text)
    assert list(refused.value.problems) == ["f"]


def test_what_one_may_not_see_cannot_be_asked_about(manager: Actor, nima: Any) -> None:
    blind = Actor(nima.pk, "N", {"crm.contact.view": "all"}, frozenset(), manager.engines)
    with pytest.raises(Invalid):
        parse_tree("contact", '["account.city","eq","Qom"]', actor=blind)
    fill([("Qom", 0, 0, 0)], [nima, None, nima])
    nodes = parse_tree("contact", '["account.employees","gte","0"]')  # as another had saved it
    assert select("contact", actor=manager, filters=nodes).count() == 1
    assert select("contact", actor=blind, filters=nodes).count() == 0


DAYS = st.dates(min_value=jalali.to_date(1390, 1, 1), max_value=jalali.to_date(1420, 1, 1))


@given(day=DAYS, name=st.sampled_from(sorted(RELATIVE)))
def test_periods_follow_each_other_without_gap(day: Any, name: str) -> None:
    for language in ("fa", "en"):
        locale = Locale.default(language)
        first, last = RELATIVE[name][1](day, locale)
        assert first <= last
        if name.startswith("last_") and (then := RELATIVE.get("this_" + name[5:])):
            assert last + timedelta(days=1) == then[1](day, locale)[0]


def test_counted_periods(settings: Any) -> None:
    locale = Locale.default("fa")
    day = jalali.to_date(1405, 9, 6)

    def span(name: str) -> Any:
        found = find_period(name)
        assert found
        first, last = found.bounds(day, locale)
        return tuple(jalali.from_date(first)), tuple(jalali.from_date(last))

    assert span("last_3_months") == ((1405, 6, 1), (1405, 8, 30))
    assert span("this_quarter") == ((1405, 7, 1), (1405, 9, 30))
    assert span("10_days_ago") == ((1405, 8, 26), (1405, 8, 26))
    assert span("this_fiscal_year") == ((1405, 1, 1), (1405, 12, 29))
    gregorian = find_period("this_month:gregorian")
    assert gregorian
    assert [d.day for d in gregorian.bounds(day, locale)] == [1, 30]
    assert find_period("last_99999_days") is None
    endless = find_period("next_9999_months")
    assert endless
    assert period_range(endless, locale)[0] > period_range(endless, locale)[1]


def test_decimals_compare_as_numbers(manager: Actor) -> None:
    Account.objects.create(name="R", revenue=Decimal("99.50"))
    assert select("account", actor=manager, filters=parse_tree("account", '["revenue","gt",99]')).count() == 1
