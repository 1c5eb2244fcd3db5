"""Nobody sees or changes, by any panel or address, what the record itself hides; and no panel asks once a row."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import LifeEventKind, RelationshipRole
from crm.services.files import attach_file
from crm.services.parts import today
from crm.services.tags import add_tag, tag_named
from kernel.access import records_visible_to, system_actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid, NotFound
from kernel.records import create_record, update_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
#: The binding of the workspace, and who it is, which a process remembers for some seconds.
QUIET = re.compile("set_config|tenants_organization")
PARTS = ("contact_point", "address", "life_event", "holding", "relationship", "attachment", "tagging")


def furnish(house: Any, contact: Any, number: int = 1, start: int = 0) -> dict[str, Any]:
    """Something of everything on one account; the last of each is returned."""
    made: dict[str, Any] = {}
    kind, role = LifeEventKind.objects.get(key="moved"), RelationshipRole.objects.get(key="decision_maker")
    for n in range(start, start + number):
        person = contact(f"Person {n}")
        rows = {
            "contact_point": {"kind": "email", "value": f"{n}@pump.example"}, "address": {"street": f"{n} Azadi"},
            "life_event": {"kind": kind, "on": today() + timedelta(n + 1)}, "holding": {"name": f"Pump {n}"},
        }  # fmt: skip
        for name, values in rows.items():
            made[name] = create_record(name, actor=SYSTEM, values={**values, "account": house})
        ends = {"from_contact": person, "to_account": house, "role": role}
        made["relationship"] = create_record("relationship", actor=SYSTEM, values=ends)
        file = SimpleUploadedFile(f"{n}.txt", b"pump")
        made["attachment"] = attach_file("account", house.pk, file, actor=SYSTEM)
        add_tag("account", [house.pk], tag_named(f"new:tag {n}", actor=SYSTEM).pk, actor=SYSTEM)
    made["tagging"] = records_visible_to(SYSTEM, "tagging").first()
    return made


@pytest.mark.parametrize("number", [1, 3])
def test_the_record_page_asks_as_often_whatever_hangs_on_it(
    number: int, page: Any, sara: Any, account: Any, contact: Any
) -> None:
    house, client = account("Pump house"), page(sara)
    furnish(house, contact)
    url = f"/accounts/{house.pk}/"
    client.get(url)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len([q for q in queries if not QUIET.search(q["sql"])])

    first = asked()
    furnish(house, contact, number, start=1)
    assert asked() == first


def test_lists_of_parts_ask_as_often_for_many_as_for_one(page: Any, sara: Any, account: Any, contact: Any) -> None:
    house, client = account("Pump house"), page(sara)
    furnish(house, contact)

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200, url
        return len([q for q in queries if not QUIET.search(q["sql"])])

    urls = ("/contact_points/", "/addresses/", "/life_events/", "/holdings/", "/relationships/", "/tags/",
            "/relationship_roles/", "/life_event_kinds/", "/accounts/")  # fmt: skip
    for url in urls:
        asked(url)
    first = {url: asked(url) for url in urls}
    furnish(house, contact, 3, start=1)
    assert {url: asked(url) for url in urls} == first


def test_parts_are_seen_where_their_record_is(account: Any, contact: Any, nima: Any, acting: Any) -> None:
    made = furnish(account("Hidden"), contact)
    actor = acting(nima)
    blind = type(actor)(
        actor.user_id, actor.label, {**actor.levels, "crm.account.view": "own"}, actor.team_ids, actor.engines
    )
    for name in PARTS:
        seen = [records_visible_to(who, name).filter(pk=made[name].pk).exists() for who in (actor, blind)]
        assert seen == [True, False], name


def test_parts_are_changed_by_whoever_may_change_their_record(
    account: Any, contact: Any, nima: Any, reza: Any, acting: Any
) -> None:
    made = furnish(account("Other’s"), contact)
    for who in (nima, reza):
        for name in ("contact_point", "address", "life_event", "holding"):
            title = "value" if name == "contact_point" else "street" if name == "address" else "note"
            with pytest.raises((Denied, NotFound)):
                update_record(name, made[name].pk, actor=acting(who), values={title: "x@y.example"})
    mine = account("Mine", owner=nima)
    point = create_record(
        "contact_point", actor=acting(nima), values={"kind": "email", "value": "a@b.example", "account": mine}
    )
    with pytest.raises(Invalid):
        update_record("contact_point", point.pk, actor=acting(nima), values={"account": account("Far")})


ACTS: tuple[Any, ...] = (
    ("records/account/{account}/points/", {"kind": "email", "value": "a@b.example"}),
    ("records/account/{account}/tags/", {"tag": "new:x"}),
    ("records/account/{account}/tier/", {"tier": "4"}),
    ("records/account/{account}/files/", {}),
    ("records/account/{account}/picture/", {}),
    ("records/account/{account}/relationships/", {}),
    ("parts/contact_point/{contact_point}/primary/", {}),
    ("parts/contact_point/{contact_point}/remove/", {}),
    ("parts/attachment/{attachment}/remove/", {}),
    ("relationships/{relationship}/end/", {}),
)


@pytest.mark.parametrize(("url", "body"), ACTS)
def test_readers_and_members_change_nothing_that_is_not_theirs(
    url: str, body: dict[str, str], page: Any, nima: Any, reza: Any, account: Any, contact: Any
) -> None:
    house = account("Other’s")
    made = furnish(house, contact)
    path = "/" + url.format(account=house.pk, **{name: row.pk for name, row in made.items()})
    for who in (nima, reza):
        assert page(who).post(path, body).status_code in (403, 404), who.name


@pytest.mark.parametrize(("url", "body"), ACTS)
def test_an_outsider_reaches_none_of_it(
    url: str, body: dict[str, str], client_for: Any, olga: Any, other_tenant: Tenant, account: Any, contact: Any
) -> None:
    house = account("Pump house")
    made = furnish(house, contact)
    client = client_for(olga, other_tenant)
    path = "/" + url.format(account=house.pk, **{name: row.pk for name, row in made.items()})
    assert client.post(path, body).status_code in (403, 404)
    for below in (f"/files/{made['attachment'].pk}/", f"/accounts/{house.pk}/map/"):
        assert client.get(below).status_code == 404


def test_strangers_are_sent_to_sign_in(page: Any, account: Any, contact: Any) -> None:
    house = account("Pump house")
    made = furnish(house, contact)
    for url in (f"/accounts/{house.pk}/map/", f"/files/{made['attachment'].pk}/"):
        assert page(None).get(url).url.startswith("/auth/login/")


def test_panels_act_and_are_taken_back(page: Any, sara: Any, account: Any, contact: Any) -> None:
    house, client = account("Pump house"), page(sara)
    made = furnish(house, contact)
    wrong = client.post(f"/records/account/{house.pk}/points/", {"value": "not an address@", "kind": "email"})
    assert wrong.status_code == 422
    assert b"not an address@" in wrong.content
    added = client.post(f"/records/account/{house.pk}/points/", {"value": "021 8800 0012", "label": "billing"})
    assert added.status_code == 204
    point = records_visible_to(SYSTEM, "contact_point").get(value="+982188000012")
    assert (point.kind, point.label, point.is_primary) == ("phone", "billing", True)
    assert client.post(f"/relationships/{made['relationship'].pk}/end/").status_code == 204
    assert "1 that is over" in client.get(f"/accounts/{house.pk}/").content.decode()
    bulk = {"act": "tag", "selected": [str(house.pk)], "tag": "new:blue"}
    assert client.post("/accounts/bulk/", bulk).status_code == 200
    assert "blue" in client.get("/accounts/").content.decode()
    assert b"pv-relation" in client.get("/accounts/bulk/?act=untag").content


def test_what_a_role_hides_on_a_record_is_not_told_by_its_parts(
    tenant: Any, sara: Any, actor_for: Any, contact: Any, account: Any
) -> None:
    person, house = contact("Mina"), account("Zagros")
    actor = actor_for(sara)
    for kind, value in (("email", "mina@secret.example"), ("mobile", "+989120000012")):
        create_record("contact_point", actor=actor, values={"kind": kind, "value": value, "contact": person})
    create_record("address", actor=actor, values={"street": "1 Secret", "city": "Ahvaz", "account": house})
    hidden = {"crm.contact.email": "hidden", "crm.account.city": "masked"}
    less = replace(actor, admin=False, fields=hidden, memo={})
    assert [p.kind for p in records_visible_to(less, "contact_point")] == ["mobile"]
    assert not records_visible_to(less, "address").exists()
    assert records_visible_to(actor, "contact_point").count() == 2
    assert records_visible_to(actor, "address").exists()
