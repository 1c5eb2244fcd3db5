"""The timeline: every line once and in order, whatever the pages' size; nothing of what its reader may not see."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm.customization.layouts import save_layout
from crm.models import LifeEventKind, RelationshipRole
from crm.panels import Frame
from crm.services.files import attach_file
from crm.services.parts import today
from crm.timeline import Entry, Mark, bound, mark_of, read_timeline
from crm.timeline import book as timeline_book
from crm.timeline.life_events import _below
from crm.timeline.life_events import mark as day_mark
from identity.models import Role
from kernel.access import system_actor
from kernel.errors import Invalid
from kernel.records import create_record, update_record
from kernel.shares import share_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
QUIET = re.compile("set_config|tenants_organization")


def furnish(house: Any, contact: Any, deal: Any, stages: Any, note: Any, start: int, number: int) -> None:
    """Something of every source."""
    kind, role = LifeEventKind.objects.get(key="moved"), RelationshipRole.objects.get(key="decision_maker")
    for n in range(start, start + number):
        update_record("account", house.pk, actor=SYSTEM, values={"employees": n + 1})
        person = contact(f"Person {n}", account=house)
        ends = {"from_contact": person, "to_account": house, "role": role}
        create_record("relationship", actor=SYSTEM, values=ends)
        create_record(
            "life_event", actor=SYSTEM, values={"kind": kind, "on": today() - timedelta(n // 2), "account": house}
        )
        attach_file("account", house.pk, SimpleUploadedFile(f"{n}.txt", b"pump"), actor=SYSTEM)
        note(house, f"Note {n}", pinned=n == 1)
        made = deal(f"Deal {n}", account=house)
        update_record("deal", made.pk, actor=SYSTEM, values={"stage": stages["won"]})


def all_of(frame: Frame, size: int, sort: str = "") -> list[Entry]:
    found: list[Entry] = []
    before: Mark | None = None
    while True:
        stream = read_timeline(frame, sort=sort, before=before, size=size)
        found += stream.entries
        if stream.next is None:
            return found
        assert len(stream.entries) == size
        before = Mark.read(str(stream.next))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 200])
def test_every_line_once_and_in_order(
    size: int, account: Any, contact: Any, deal: Any, stages: Any, note: Any, frame: Any, sara: Any
) -> None:
    house = account("Pump house")
    furnish(house, contact, deal, stages, note, 0, 4)
    marks = [entry.mark for entry in all_of(frame(house, sara), size)]
    assert marks == sorted(set(marks), reverse=True)
    # created, 4 × (changed, contact, relationship, life event, file, note, deal made, deal won), less the pinned note
    assert len(marks) == 1 + 4 * 8 - 1
    told = {source.name for source in timeline_book._own_sources()} | {"sfa.deals"}
    assert {mark.source for mark in marks} == told


SORTS = {"changes": 4 + 1, "notes": 3, "files": 4, "life_events": 4, "related": 4 * 4}


@pytest.mark.parametrize("sort", SORTS)
def test_one_sort_alone(
    sort: str, account: Any, contact: Any, deal: Any, stages: Any, note: Any, frame: Any, sara: Any
) -> None:
    house = account("Pump house")
    furnish(house, contact, deal, stages, note, 0, 4)
    assert len(all_of(frame(house, sara), 2, sort)) == SORTS[sort]


SOURCES = ("changes", "life_events", "notes", "sfa.deals")
MARKS = st.builds(
    Mark, st.integers(-3, 3).map(lambda n: max(n, 0)), st.sampled_from(SOURCES),
    st.integers(0, 3).map(lambda n: UUID(int=n)),
)  # fmt: skip


@given(st.integers(0, 3), st.integers(0, 3), st.sampled_from(SOURCES), MARKS)
def test_what_a_source_gives_below_a_mark_is_what_stands_below_it(
    millis: int, rest: int, source: str, before: Mark
) -> None:
    """The id's bound says the same as the order of marks does."""
    pk = UUID(int=millis << 80 | rest)
    if source == before.source:  # by ids: the mark's id begins with its moment
        before = mark_of(source, UUID(int=before.millis << 80 | before.pk.int))
    limit = bound(source, before)
    assert limit is not None
    assert (pk < limit) == (mark_of(source, pk) < before), (pk, limit)


@given(st.integers(0, 3), MARKS)
def test_days_stand_below_a_mark_as_their_moment_does(day: int, before: Mark) -> None:
    """Days are told apart by their date: the condition of the database, read back as Python."""
    before = Mark(before.millis * 86_400_000 // 2, before.source, before.pk)
    on, pk = date(1970, 1, 1) + timedelta(day), UUID(int=2)

    class Row:
        pass

    row: Any = Row()
    row.on, row.pk = on, pk
    condition = _below(before)
    assert _holds(condition, {"on": on, "pk": pk}) == (day_mark(row) < before)


def _holds(condition: Any, row: dict[str, Any]) -> bool:
    def one(child: Any) -> bool:
        if not isinstance(child, tuple):
            return _holds(child, row)
        name, _sep, how = child[0].partition("__")
        ways: dict[str, bool] = {"": row[name] == child[1], "lt": row[name] < child[1] if how == "lt" else False,
                "lte": row[name] <= child[1] if how == "lte" else False}  # fmt: skip
        return ways[how]

    results = [one(child) for child in condition.children]
    return any(results) if condition.connector == "OR" else all(results)


def test_a_marker_of_nothing_is_refused() -> None:
    for text in ("x", "1.changes", "1.changes.zz", "a.b.c.d"):
        with pytest.raises(Invalid):
            Mark.read(text)
    assert Mark.read("") is None


@pytest.mark.parametrize("number", [3, 30])
def test_the_page_asks_as_often_whatever_happened(
    number: int, page: Any, sara: Any, account: Any, contact: Any, deal: Any, stages: Any, note: Any
) -> None:
    house, client = account("Pump house"), page(sara)
    # More than the lists show, so that all of them count; the map counts what does not fit into it, from 20 on.
    furnish(house, contact, deal, stages, note, 0, 6)
    save_layout("account", actor=SYSTEM, page={"hidden": ["map"]})
    urls = (f"/accounts/{house.pk}/", f"/records/account/{house.pk}/timeline/")

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len([q for q in queries if not QUIET.search(q["sql"])])

    for url in urls:
        asked(url)
    first = [asked(url) for url in urls]
    furnish(house, contact, deal, stages, note, 6, number)
    assert [asked(url) for url in urls] == first


def titles(frame: Frame) -> list[str]:
    return [" ".join((entry.title, entry.about)).strip() for entry in read_timeline(frame, size=100).entries]


def test_deals_of_others_are_not_told_of(
    account: Any, deal: Any, stages: Any, frame: Any, nima: Any, sara: Any
) -> None:
    house = account("Pump house")
    deal("Mine", account=house, owner=nima)
    secret = deal("Secret", account=house)
    update_record("deal", secret.pk, actor=SYSTEM, values={"stage": stages["lost"]})
    assert titles(frame(house, nima)) == ["Deal made Mine", "Created"]
    assert titles(frame(house, sara))[:2] == ["Deal lost Secret", "Deal made Secret"]


def narrowed(**fields: str) -> None:
    role = Role.objects.get(key=Role.MEMBER)
    role.fields = {name.replace("__", "."): level for name, level in fields.items()}
    role.save()


def test_hidden_and_masked_fields(account: Any, frame: Any, nima: Any) -> None:
    """Of a change that touched nothing but what is hidden not even the moment is told."""
    narrowed(crm__account__employees="hidden", crm__account__phone="masked")
    house = account("Pump house", owner=nima)
    update_record("account", house.pk, actor=SYSTEM, values={"employees": 77_123})
    update_record("account", house.pk, actor=SYSTEM, values={"phone": "+982188001234", "employees": 5})
    entries = read_timeline(frame(house, nima)).entries
    assert [entry.title for entry in entries] == ["Changed", "Created"]
    (line,) = entries[0].lines
    assert "1234" in line.after
    assert "8800" not in line.after


def test_a_deals_stage_that_is_hidden(account: Any, deal: Any, stages: Any, frame: Any, nima: Any) -> None:
    narrowed(sfa__deal__stage="hidden", sfa__deal__kind="hidden")
    house = account("Pump house", owner=nima)
    pump = deal("Pump", account=house, owner=nima)
    update_record("deal", pump.pk, actor=SYSTEM, values={"stage": stages["won"]})
    entries = [e for e in read_timeline(frame(house, nima)).entries if e.mark.source == "sfa.deals"]
    assert [(entry.title, list(entry.lines)) for entry in entries] == [("Deal made", [])]


def test_deals_whose_account_is_hidden_are_none_of_this_page(account: Any, deal: Any, frame: Any, nima: Any) -> None:
    narrowed(sfa__deal__account="hidden")
    house = account("Pump house", owner=nima)
    deal("Pump", account=house, owner=nima)
    assert titles(frame(house, nima)) == ["Created"]


def test_who_looked_is_told_to_those_who_may_look_into_the_audit(
    account: Any, frame: Any, nima: Any, sara: Any
) -> None:
    from kernel.audit import record_reveal

    house = account("Pump house", owner=nima)
    record_reveal(actor=SYSTEM, entity="account", record=house, field="phone")
    share_record("account", house.pk, actor=SYSTEM, to_kind="user", to_id=nima.pk)
    assert titles(frame(house, nima)) == ["Shared Nima Rezaei", "Created"]
    assert titles(frame(house, sara)) == ["Shared Nima Rezaei", "Looked at a hidden value", "Created"]


def test_days_to_come_are_not_told_as_past(account: Any, frame: Any, sara: Any) -> None:
    house = account("Pump house")
    kind = LifeEventKind.objects.get(key="moved")
    for days in (-400, 3):
        values = {"kind": kind, "on": today() + timedelta(days), "account": house}
        create_record("life_event", actor=SYSTEM, values=values)
    entries = read_timeline(frame(house, sara), sort="life_events").entries
    assert [entry.at for entry in entries] == [today() - timedelta(400)]
    assert titles(frame(house, sara))[-1] == entries[0].title, "it stands where its date is"


def test_the_rail_over_http(page: Any, nima: Any, reza: Any, account: Any, note: Any) -> None:
    house = account("Pump house", owner=nima)
    for n in range(20):
        note(house, f"Note number {n}")
    url, client = f"/records/account/{house.pk}/timeline/", page(nima)
    full = client.get(url).content.decode()
    assert "<html" in full
    rail = client.get(url, headers={"HX-Request": "true", "HX-Target": "rail"}).content.decode()
    assert rail.startswith('<aside id="rail"')
    assert "Note number 19" in rail
    assert "Note number 3<" not in rail
    more = re.search(r'hx-get="([^"]+before=[^"]+)"', rail)
    assert more
    rest = client.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert "Note number 3<" in rest
    assert "Note number 19" not in rest
    assert "<aside" not in rest
    assert client.get(f"{url}?before=nonsense").status_code == 422
    assert client.get("/records/nothing/00000000-0000-7000-8000-000000000000/timeline/").status_code == 404
    reading = page(reza).get(url).content.decode()
    assert "Note number 19" in reading
    assert "note-form" not in reading


def test_an_outsider_and_a_stranger(
    page: Any, client_for: Any, olga: Any, other_tenant: Any, nima: Any, account: Any, deal: Any
) -> None:
    house, secret = account("Pump house"), deal("Secret")
    url = f"/records/account/{house.pk}/timeline/"
    assert client_for(olga, other_tenant).get(url).status_code == 404
    assert page(None).get(url).url.startswith("/auth/login/")
    assert page(nima).get(f"/records/deal/{secret.pk}/timeline/").status_code == 404
