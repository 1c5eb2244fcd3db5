"""Next steps: what is proposed and why, only to whom it concerns, and put away for a while with undo."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Account, LifeEventKind, PutAway
from crm.next_steps import steps_for
from crm.services.parts import today
from identity.models import Role, User
from kernel.access import system_actor
from kernel.records import create_record
from modules.sfa.models import Deal

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
QUIET = re.compile("set_config|tenants_organization")
REACHED = {"phone": "+982188001234"}


def keys(frame: Any) -> list[str]:
    return [step.key.partition(":")[0] for step in steps_for(frame)]


def birthday(house: Any, days: int) -> Any:
    kind = LifeEventKind.objects.get(key="birthday")
    values = {"kind": kind, "on": today() + timedelta(days), "yearly": True, "account": house}
    return create_record("life_event", actor=SYSTEM, values=values)


def test_nothing_where_all_is_well(account: Any, frame: Any, sara: Any) -> None:
    assert steps_for(frame(account("Pump house", owner=sara, **REACHED), sara)) == []


@pytest.mark.parametrize(("days", "said"), [(0, "Birthday today"), (1, "Birthday in 1 day"), (3, "Birthday in 3 days")])
def test_a_day_that_comes(days: int, said: str, account: Any, frame: Any, sara: Any) -> None:
    house = account("Pump house", owner=sara, **REACHED)
    event = birthday(house, days)
    (step,) = steps_for(frame(house, sara))
    assert (step.text, step.act and step.act.url) == (said, f"/life_events/{event.pk}/")


def test_a_day_far_off_is_none_of_it(account: Any, frame: Any, sara: Any) -> None:
    house = account("Pump house", owner=sara, **REACHED)
    birthday(house, 31)
    assert steps_for(frame(house, sara)) == []


def test_nobody_and_no_way(account: Any, frame: Any, sara: Any, reza: Any) -> None:
    house = account("Pump house")
    Account.objects.filter(pk=house.pk).update(owner=None)
    house.refresh_from_db()
    assert keys(frame(house, sara)) == ["no_owner", "unreachable"]
    (step,) = steps_for(frame(house, reza))
    assert (step.key, step.act) == ("unreachable", None), "a reader is offered nothing to do"


def test_no_way_is_said_only_to_those_who_would_read_it(account: Any, frame: Any, nima: Any) -> None:
    role = Role.objects.get(key=Role.MEMBER)
    role.fields = {"crm.account.phone": "hidden"}
    role.save()
    assert keys(frame(account("Pump house", owner=nima), nima)) == []


def test_an_owner_who_left_is_followed(page: Any, account: Any, frame: Any, sara: Any, mina: Any) -> None:
    house = account("Pump house", owner=mina, **REACHED)
    User.objects.filter(pk=mina.pk).update(state=User.State.DEACTIVATED)
    assert keys(frame(house, sara)) == ["owner_left"]
    client = page(sara)
    answer = client.post(f"/records/account/{house.pk}/take/")
    assert answer.status_code == 204
    house.refresh_from_db()
    assert house.owner_id == sara.pk
    undo = re.search(r"/undo/[0-9a-f-]{36}/", answer.headers["HX-Trigger"])
    assert undo
    client.post(undo[0])
    house.refresh_from_db()
    assert house.owner_id == mina.pk


def test_taking_over_is_a_change(page: Any, account: Any, nima: Any, reza: Any) -> None:
    house = account("Another’s")
    for who in (nima, reza):
        assert page(who).post(f"/records/account/{house.pk}/take/").status_code == 403


def test_what_a_deal_lacks(deal: Any, frame: Any, sara: Any) -> None:
    well = deal("Well", owner=sara, next_step="Call", close_date=today() + timedelta(9))
    assert keys(frame(well, sara)) == []
    late = deal("Late", owner=sara, close_date=today() - timedelta(1))
    assert keys(frame(late, sara)) == ["late", "no_next_step"]
    Deal.objects.filter(pk=well.pk).update(updated_at=timezone.now() - timedelta(30, 5))
    well.refresh_from_db()
    assert keys(frame(well, sara)) == ["untouched"]
    won = deal("Won", owner=sara, stage="won", close_date=today() - timedelta(1))
    assert keys(frame(won, sara)) == []


def test_deals_of_a_customer(account: Any, deal: Any, frame: Any, sara: Any, nima: Any) -> None:
    house = account("Pump house", owner=sara, **REACHED)
    deal("Won", owner=sara, stage="won", account=house)
    (again,) = steps_for(frame(house, sara))
    assert (again.key, again.act and again.act.how) == ("bought_before", "drawer")
    deal("Second", owner=sara, account=house)
    deal("First", owner=sara, account=house, next_step="Call", close_date=today() - timedelta(2))
    (waits,) = steps_for(frame(house, sara))
    assert "First" in waits.text
    assert "1 more deal" in waits.why
    assert steps_for(frame(house, nima)) == [], "deals of others are nobody’s hint"


def test_put_away_and_back(page: Any, account: Any, frame: Any, sara: Any, mina: Any) -> None:
    house, client = account("Pump house", owner=sara), page(sara)
    url = f"/records/account/{house.pk}/next/"
    answer = client.post(url, {"step": "unreachable"})
    assert answer.status_code == 204
    assert keys(frame(house, sara)) == []
    assert keys(frame(house, mina)) == ["unreachable"], "for one person only"
    assert "No way to reach them" not in client.get(f"/accounts/{house.pk}/").content.decode()
    undo = re.search(r'"undo": "([^"]+)"', answer.headers["HX-Trigger"])
    assert undo
    client.post(undo[1])
    assert keys(frame(house, sara)) == ["unreachable"]
    client.post(url, {"step": "unreachable"})
    PutAway.objects.update(until=timezone.now() - timedelta(1))
    assert keys(frame(house, sara)) == ["unreachable"], "it comes back by itself"
    client.post(url, {"step": "no_owner"})
    assert PutAway.objects.count() == 1, "what ran out is forgotten"
    assert client.post(url, {"step": "x" * 101}).status_code == 422


def test_an_outsider_puts_nothing_away(client_for: Any, olga: Any, other_tenant: Any, account: Any) -> None:
    house, client = account("Pump house"), client_for(olga, other_tenant)
    for below in ("next", "take"):
        assert client.post(f"/records/account/{house.pk}/{below}/", {"step": "no_owner"}).status_code == 404
    assert not PutAway.objects.exists()


@pytest.mark.parametrize("number", [2, 29])
def test_as_many_questions_for_many_deals_as_for_one(
    number: int, account: Any, deal: Any, frame: Any, sara: Any
) -> None:
    house = account("Pump house", owner=sara)
    birthday(house, 3)
    deal("Pump", account=house)

    def asked() -> int:
        seen = frame(house, sara)
        with CaptureQueriesContext(connection) as queries:
            steps_for(seen)
        return len([q for q in queries if not QUIET.search(q["sql"])])

    asked()
    first = asked()
    for n in range(number):
        birthday(house, n)
        deal(f"Pump {n}", account=house)
    assert asked() == first
