"""Accounts stand below others, never below themselves; households hold people."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Account
from kernel.access import system_actor
from kernel.errors import Invalid
from kernel.records import bulk_update, create_record, update_record, upsert_records

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def put(child: Any, parent: Any) -> None:
    update_record("account", child.pk, actor=SYSTEM, values={"parent": parent})


def test_a_circle_is_refused_by_the_name_of_who_stands_between(account: Any) -> None:
    group, company, plant = account("Group"), account("Company"), account("Plant")
    put(company, group)
    put(plant, company)
    with pytest.raises(Invalid) as caught:
        put(group, plant)
    said = str(caught.value.problems["parent"][0])
    assert "Company" in said
    assert "Group" in said
    with pytest.raises(Invalid):
        put(group, group)


def test_many_at_once_close_no_circle_either(account: Any) -> None:
    group, company = account("Group"), account("Company")
    put(company, group)
    with pytest.raises(Invalid):
        bulk_update("account", [group.pk, company.pk], actor=SYSTEM, values={"parent": company})
    results = upsert_records("account", [
        {"name": "Group", "parent": company}, {"name": "Third", "parent": company},
    ], actor=SYSTEM, match=("name",))  # fmt: skip
    assert [r.kind for r in results] == ["refused", "made"]
    assert results[0].problems["parent"][0].code == "circle"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14))
def test_no_series_of_moves_makes_a_circle(moves: list[tuple[int, int]], account: Any) -> None:
    accounts = [account(f"A{n}") for n in range(6)]
    for child, parent in moves:
        if parent in {child, *below(child, accounts)}:
            with pytest.raises(Invalid):
                put(accounts[child], accounts[parent])
        else:
            put(accounts[child], accounts[parent])
    parents = {a.pk: Account.objects.get(pk=a.pk).parent_id for a in accounts}
    for start, above in parents.items():
        here, steps = above, 0
        while here is not None:
            assert here != start
            here, steps = parents[here], steps + 1
            assert steps <= 6


def below(number: int, accounts: list[Any]) -> set[int]:
    """Numbers of all that stand below this one."""
    parents = {a.pk: Account.objects.get(pk=a.pk).parent_id for a in accounts}
    found: set[int] = set()
    for index, one in enumerate(accounts):
        here = parents[one.pk]
        while here is not None:
            if here == accounts[number].pk:
                found.add(index)
                break
            here = parents[here]
    return found


def test_people_live_in_households_only(account: Any, contact: Any) -> None:
    home, company = account("The Moradis", kind="household"), account("Company")
    sara = contact("Sara Moradi", household=home)
    assert list(home.members.all()) == [sara]
    with pytest.raises(Invalid) as caught:
        create_record("contact", actor=SYSTEM, values={"name": "Nima", "household": company})
    assert caught.value.problems["household"][0].code == "no_household"
