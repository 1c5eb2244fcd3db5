"""Life events: told of on their day, once; products held; tiers with their reasons."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Account, LifeEvent, LifeEventKind
from crm.services.life_events import JOB, announce, next_day
from crm.services.parts import today
from crm.services.tiers import set_tier
from kernel.access import system_actor
from kernel.calendars import CALENDARS
from kernel.jobs import run_due
from kernel.models import Job, OutboxMessage
from kernel.records import create_record, undo_batch, update_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def happening(record: Any, key: str, on: date, **values: Any) -> Any:
    ends = {type(record).__name__.lower(): record}
    kind = LifeEventKind.objects.get(key=key)
    return create_record("life_event", actor=SYSTEM, values={"kind": kind, "on": on, **ends, **values})


def told() -> list[dict[str, Any]]:
    rows = OutboxMessage.objects.filter(name="crm.life_event_came").order_by("id")
    return list(rows.values_list("payload", flat=True))


def test_each_is_told_of_on_its_day_and_once(contact: Any) -> None:
    sara = contact("Sara Moradi")
    happening(sara, "moved", today())
    later = happening(sara, "contract_ends", today() + timedelta(3))
    past = happening(sara, "married", today() - timedelta(3))
    assert past.next_on is None
    assert announce(today()) == 1
    assert announce(today()) == 0
    assert [p["kind"] for p in told()] == ["moved"]
    assert told()[0]["of"] == {"entity": "contact", "id": str(sara.pk)}
    assert announce(today() + timedelta(3)) == 1
    later.refresh_from_db()
    assert later.next_on is None


def test_yearly_ones_come_again(contact: Any) -> None:
    event = happening(contact("Sara"), "birthday", date(1990, 5, 1))
    assert event.yearly
    assert event.next_on >= today()
    day = event.next_on
    announce(day)
    event.refresh_from_db()
    assert timedelta(364) < event.next_on - day < timedelta(367)


@given(
    on=st.dates(date(1930, 1, 1), date(2020, 12, 31)), since=st.dates(date(2021, 1, 1), date(2060, 12, 31)),
    name=st.sampled_from(["jalali", "gregorian"]),
)  # fmt: skip
def test_the_next_day_is_never_past_nor_more_than_a_year_away(on: date, since: date, name: str) -> None:
    found = next_day(on, yearly=True, since=since, calendar=CALENDARS[name])
    assert found is not None
    assert since <= found <= since + timedelta(366)
    assert CALENDARS[name].from_date(found).month == CALENDARS[name].from_date(on).month


def test_one_job_sleeps_until_the_earliest(contact: Any) -> None:
    sara = contact("Sara")
    happening(sara, "moved", today() + timedelta(9))
    happening(sara, "new_job", today() + timedelta(2))
    happening(sara, "retired", today() + timedelta(5))
    job = Job.objects.get(kind=JOB)
    assert job.next_at.date() in (today() + timedelta(1), today() + timedelta(2))  # the organization's zone
    LifeEvent.objects.filter(name="New job").update(next_on=today())
    Job.objects.filter(pk=job.pk).update(next_at=job.created_at)
    assert run_due() == 1
    assert [p["kind"] for p in told()] == ["new_job"]
    assert Job.objects.filter(kind=JOB, state=Job.State.WAITING).count() == 1


def test_what_has_run_out_is_ended_and_the_catalogues_product_is_known(account: Any, acting: Any, sara: Any) -> None:
    house = account("Pump house")
    product = create_record("product", actor=SYSTEM, values={"name": "Pump 50", "code": "P50", "currency": "EUR"})
    values = {"name": "pump 50", "account": house, "until": today() - timedelta(1)}
    made = create_record("holding", actor=acting(sara), values={**values, "name": "Pump 50"})
    assert (made.state, made.product_ref) == ("ended", product.pk)
    other = create_record("holding", actor=acting(sara), values={"name": "Somebody else’s", "account": house})
    assert (other.state, other.product_ref) == ("active", None)


def test_a_tier_keeps_its_reasons(account: Any, page: Any, sara: Any) -> None:
    house = account("Pump house")
    update_record("account", house.pk, actor=SYSTEM, values={"tier": "2"})
    assert Account.objects.get(pk=house.pk).tier_reason["by"] == "hand"
    lines = [{"label": "Orders", "text": "3 in 12 months", "points": 38}, {"label": "Visits", "points": -6}]
    set_tier("account", house.pk, "4", actor=SYSTEM, by="analytics", lines=lines, limit=30)
    text = page(sara).get(f"/accounts/{house.pk}/").content.decode()
    assert "Why Diamond?" in text
    assert "3 in 12 months" in text
    assert "32" in text
    client = page(sara)
    client.post(f"/records/account/{house.pk}/tier/", {"tier": "3", "note": "Grows fast"})
    house.refresh_from_db()
    assert (house.tier, house.tier_reason["note"]) == ("3", "Grows fast")
    assert client.post(f"/records/account/{house.pk}/tier/", {"tier": "9"}).status_code == 404


def test_a_tier_set_by_hand_is_taken_back_by_undo(account: Any) -> None:
    house = account("Pump house", tier="2")
    changed = set_tier("account", house.pk, "4", actor=SYSTEM)
    undo_batch(changed.audit_id, actor=SYSTEM)
    assert Account.objects.get(pk=house.pk).tier == "2"
