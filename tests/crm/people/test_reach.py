"""Ways to reach a customer: several, of which one of a kind is primary and stands in the record as well."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Account, Address, Contact, ContactPoint
from kernel.access import system_actor
from kernel.clean import clean_values
from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.query import select, suggest
from kernel.records import create_record, delete_record, restore_record, undo_batch, update_record, upsert_records

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def point(record: Any, kind: str, value: str, **values: Any) -> Any:
    name = type(record).__name__.lower()
    given = {"kind": kind, "value": value, name: str(record.pk), **values}
    return create_record("contact_point", actor=SYSTEM, values=clean_values("contact_point", given, actor=SYSTEM))


def primary(record: Any, kind: str) -> list[str]:
    name = type(record).__name__.lower()
    rows = ContactPoint.objects.filter(**{f"{name}_id": record.pk}, kind=kind, is_primary=True)
    return list(rows.values_list("value", flat=True))


def test_what_a_record_says_is_its_primary_way(contact: Any) -> None:
    sara = contact("Sara Moradi", email="sara@example.com", mobile="+989120000012")
    assert primary(sara, "email") == ["sara@example.com"]
    assert primary(sara, "mobile") == ["+989120000012"]
    update_record("contact", sara.pk, actor=SYSTEM, values={"email": "sara@work.example"})
    assert primary(sara, "email") == ["sara@work.example"]
    update_record("contact", sara.pk, actor=SYSTEM, values={"email": ""})
    assert not ContactPoint.objects.filter(contact=sara, kind="email").exists()


def test_a_second_one_is_beside_the_first_until_it_is_made_primary(contact: Any) -> None:
    sara = contact("Sara Moradi", email="sara@example.com")
    other = point(sara, "email", "SARA@home.example", label="home")
    sara.refresh_from_db()
    assert sara.email == "sara@example.com"
    assert not other.is_primary
    update_record("contact_point", other.pk, actor=SYSTEM, values={"is_primary": True})
    sara.refresh_from_db()
    assert sara.email == other.value
    assert primary(sara, "email") == [other.value]
    told = AuditEntry.objects.filter(entity="contact", record_id=sara.pk, action="changed").latest("id")
    assert told.changes["email"] == ["sara@example.com", other.value]


def test_the_next_one_takes_the_place_of_a_primary_that_goes_and_gives_it_back(contact: Any) -> None:
    sara = contact("Sara Moradi", phone="+982188000012")
    point(sara, "phone", "021 8800 0013")
    first = ContactPoint.objects.get(contact=sara, value="+982188000012")
    gone = delete_record("contact_point", first.pk, actor=SYSTEM)
    sara.refresh_from_db()
    assert sara.phone == "+982188000013"
    undo_batch(gone.audit_id, actor=SYSTEM)
    sara.refresh_from_db()
    assert sara.phone == "+982188000012"
    assert primary(sara, "phone") == ["+982188000012"]


def test_a_value_that_is_known_already_becomes_the_primary_one(contact: Any) -> None:
    sara = contact("Sara Moradi", email="sara@example.com")
    point(sara, "email", "sara@home.example")
    update_record("contact", sara.pk, actor=SYSTEM, values={"email": "sara@home.example"})
    assert primary(sara, "email") == ["sara@home.example"]
    assert ContactPoint.objects.filter(contact=sara, kind="email").count() == 2


def test_values_are_written_as_everywhere_and_refused_with_their_reason(contact: Any) -> None:
    sara = contact("Sara Moradi")
    assert point(sara, "mobile", "۰۹۱۲ ۰۰۰ ۰۰۱۲").value == "+989120000012"
    with pytest.raises(Invalid) as caught:
        point(sara, "email", "sara at home")
    assert "value" in caught.value.problems


@pytest.mark.parametrize("ends", [{}, {"account": 1, "contact": 1}])
def test_it_belongs_to_one(ends: dict[str, int], account: Any, contact: Any) -> None:
    made = {"account": account("Pump house"), "contact": contact("Sara Moradi")}
    values = {"kind": "email", "value": "a@b.example", **{name: made[name] for name in ends}}
    with pytest.raises(Invalid):
        create_record("contact_point", actor=SYSTEM, values=values)


def test_search_finds_every_way(contact: Any) -> None:
    sara = contact("Sara Moradi", email="sara@example.com")
    point(sara, "email", "hidden@elsewhere.example")
    point(sara, "messenger", "@saramoradi")
    for text in ("elsewhere", "saramoradi", "sara@example"):
        assert [row.pk for row in select("contact", actor=SYSTEM, q=text)] == [sara.pk]
        assert [found.id for found in suggest("contact", text, actor=SYSTEM)] == [sara.pk]
    other = ContactPoint.objects.get(value="hidden@elsewhere.example")
    delete_record("contact_point", other.pk, actor=SYSTEM)
    assert not select("contact", actor=SYSTEM, q="elsewhere").exists()


def test_many_at_once_bring_theirs(tenant: Any) -> None:
    rows = [{"name": f"Pump {n}", "email": f"{n}@example.com", "phone": "+982188000012"} for n in range(50)]

    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            upsert_records("account", rows[:number], actor=SYSTEM, match=("email",))
        return len(queries)

    asked(1)
    assert asked(20) == asked(50)
    assert ContactPoint.objects.filter(is_primary=True, kind="email").count() == 50
    changed = [{"email": f"{n}@example.com", "phone": "+982188000099"} for n in range(50)]
    upsert_records("account", changed, actor=SYSTEM, match=("email",))
    assert ContactPoint.objects.filter(kind="phone", value="+982188000099", is_primary=True).count() == 50


def test_a_deleted_customer_takes_its_ways_along(contact: Any) -> None:
    sara = contact("Sara Moradi", email="sara@example.com")
    delete_record("contact", sara.pk, actor=SYSTEM)
    restore_record("contact", sara.pk, actor=SYSTEM)
    assert primary(sara, "email") == ["sara@example.com"]


def address(record: Any, **values: Any) -> Any:
    name = type(record).__name__.lower()
    given = clean_values("address", {name: str(record.pk), **values}, actor=SYSTEM)
    return create_record("address", actor=SYSTEM, values=given)


def test_the_primary_address_is_the_records_place(account: Any, contact: Any) -> None:
    house = account("Pump house")
    first = address(house, street="1 Azadi", city="Karaj", province="Alborz", country="IR")
    assert first.is_primary
    second = address(house, street="2 Enghelab", city="Tehran", province="Tehran", label="branch")
    house = Account.objects.get(pk=house.pk)
    assert (house.city, house.address) == ("Karaj", "1 Azadi")
    update_record("address", second.pk, actor=SYSTEM, values={"is_primary": True})
    house = Account.objects.get(pk=house.pk)
    assert (house.city, house.address) == ("Tehran", "2 Enghelab")
    assert Address.objects.filter(account=house, is_primary=True).count() == 1
    sara = contact("Sara Moradi")
    address(sara, street="3 Home", city="Rasht", label="home")
    assert Contact.objects.get(pk=sara.pk).city == "Rasht"


def test_an_address_typed_into_the_record_is_its_primary_one(account: Any) -> None:
    house = account("Pump house", address="1 Azadi", city="Karaj", country="Iran")
    row = Address.objects.get(account=house)
    assert (row.street, row.city, row.country, row.is_primary) == ("1 Azadi", "Karaj", "IR", True)
    update_record("account", house.pk, actor=SYSTEM, values={"city": "Rasht"})
    row.refresh_from_db()
    assert row.city == "Rasht"


def test_provinces_are_irans(account: Any) -> None:
    house = account("Pump house")
    abroad = address(house, street="5 Main", country="DE", province="fars", region="Bavaria")
    assert (abroad.province, abroad.region) == ("", "Bavaria")
    with pytest.raises(Invalid):
        address(house, street="5 Main", country="IR", postal_code="123")
