"""Notes: written, edited, pinned and taken away with undo; by whom, and read by whom."""

from typing import Any

import pytest

from crm.models import Note
from crm.models.hanging import NOTE_LETTERS
from kernel.access import records_visible_to, system_actor
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import AuditEntry
from kernel.records import create_record, delete_record, undo_batch, update_record

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def test_written_from_the_page_and_taken_back(page: Any, nima: Any, account: Any) -> None:
    house, client = account("Pump house", owner=nima), page(nima)
    answer = client.post(f"/records/account/{house.pk}/notes/", {"text": "  Wants a discount.\nCall on Sunday.  "})
    assert answer.status_code == 200
    assert "Wants" not in answer.content.decode(), "the field is empty again"
    note = Note.objects.get()
    assert (note.text, note.name, note.created_by_id) == (
        "Wants a discount.\nCall on Sunday.",
        "Wants a discount.",
        nima.pk,
    )
    row = AuditEntry.objects.get(entity="note", record_id=note.pk)
    assert (row.action, row.actor_label) == ("created", "Nima Rezaei")
    assert f"/undo/{row.pk}/" in answer.headers["HX-Trigger"]
    assert "Call on Sunday." in client.get(f"/accounts/{house.pk}/").content.decode()
    client.post(f"/undo/{row.pk}/")
    assert not Note.objects.exists()


@pytest.mark.parametrize(("text", "said"), [("   ", "note-error"), ("x" * (NOTE_LETTERS + 1), "20,000")])
def test_what_is_refused_stays_in_the_field(text: str, said: str, page: Any, sara: Any, account: Any) -> None:
    house = account("Pump house")
    answer = page(sara).post(f"/records/account/{house.pk}/notes/", {"text": text})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not Note.objects.exists()


def test_a_note_as_long_as_may_be(page: Any, sara: Any, account: Any) -> None:
    house = account("Pump house")
    assert page(sara).post(f"/records/account/{house.pk}/notes/", {"text": "ی" * NOTE_LETTERS}).status_code == 200
    assert len(Note.objects.get().text) == NOTE_LETTERS


def test_edited_pinned_and_taken_away(page: Any, nima: Any, account: Any, note: Any) -> None:
    house, client = account("Pump house", owner=nima), page(nima)
    mine = note(house, "Calle on Sunday", by=nima)
    assert "Calle on Sunday" in client.get(f"/notes/{mine.pk}/edit/").content.decode()
    refused = client.post(f"/notes/{mine.pk}/edit/", {"text": " "})
    assert refused.status_code == 422
    assert client.post(f"/notes/{mine.pk}/edit/", {"text": "Call on Sunday"}).status_code == 204
    assert client.post(f"/notes/{mine.pk}/pin/").status_code == 204
    mine.refresh_from_db()
    assert (mine.text, mine.name, mine.pinned) == ("Call on Sunday", "Call on Sunday", True)
    html = client.get(f"/accounts/{house.pk}/").content.decode()
    assert html.count("Call on Sunday</div>") == 1, "above the stream, and not in it"
    assert "tl-pinned" in html
    removed = client.post(f"/parts/note/{mine.pk}/remove/")
    assert removed.status_code == 204
    assert not Note.objects.exists()
    undo_batch(AuditEntry.objects.get(entity="note", action="deleted").pk, actor=SYSTEM)
    assert Note.objects.get().pinned


def test_nobody_rewrites_anothers_words(
    page: Any, acting: Any, nima: Any, mina: Any, sara: Any, reza: Any, account: Any, note: Any
) -> None:
    house = account("Pump house", owner=nima)
    his = note(house, "Nima’s own", by=nima)
    for who in (mina, reza):
        with pytest.raises(Denied):
            update_record("note", his.pk, actor=acting(who), values={"text": "Other"})
        assert page(who).post(f"/notes/{his.pk}/edit/", {"text": "Other"}).status_code == 403
        assert page(who).post(f"/notes/{his.pk}/pin/").status_code == 403
    with pytest.raises(Denied):
        delete_record("note", his.pk, actor=acting(reza))
    html = page(mina).get(f"/accounts/{house.pk}/").content.decode()
    assert f"/notes/{his.pk}/edit/" not in html
    assert f"/parts/note/{his.pk}/remove/" in html, "who leads may take it away"
    delete_record("note", his.pk, actor=acting(mina))


def test_notes_are_read_where_their_record_is(
    acting: Any, nima: Any, reza: Any, page: Any, deal: Any, note: Any
) -> None:
    secret = deal("Secret")
    words = note(secret, "Below cost")
    assert not records_visible_to(acting(nima), "note").exists()
    assert records_visible_to(acting(reza), "note").get() == words
    with pytest.raises(NotFound):
        update_record("note", words.pk, actor=acting(nima), values={"text": "x"})
    assert page(nima).post(f"/records/deal/{secret.pk}/notes/", {"text": "x"}).status_code == 404


def test_one_writes_where_one_may_change(page: Any, nima: Any, reza: Any, account: Any) -> None:
    house = account("Another’s")
    for who in (nima, reza):
        answer = page(who).post(f"/records/account/{house.pk}/notes/", {"text": "x"})
        assert answer.status_code in (403, 422)
    assert not Note.objects.exists()


def test_an_outsider_reaches_none(client_for: Any, olga: Any, other_tenant: Any, account: Any, note: Any) -> None:
    house = account("Pump house")
    words, client = note(house, "Ours"), client_for(olga, other_tenant)
    assert client.get(f"/notes/{words.pk}/edit/").status_code == 404
    for path in (f"/notes/{words.pk}/edit/", f"/notes/{words.pk}/pin/", f"/parts/note/{words.pk}/remove/",
                 f"/records/account/{house.pk}/notes/"):  # fmt: skip
        assert client.post(path, {"text": "Theirs"}).status_code == 404, path
    words.refresh_from_db()
    assert words.text == "Ours"


def test_over_the_api(api_for: Any, nima: Any, tenant: Any, account: Any, contact: Any) -> None:
    house, client = account("Pump house", owner=nima), api_for(nima, tenant)
    body = {"entity": "account", "record_id": str(house.pk), "text": "First line\nSecond"}
    made = client.post("/api/v1/notes/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["name"] == "First line"
    listed = client.get(f"/api/v1/notes/?record_id={house.pk}").json()["results"]
    assert [one["text"] for one in listed] == ["First line\nSecond"]
    address = f"/api/v1/notes/{made.json()['id']}/"
    moved = client.patch(address, {"record_id": str(contact("Else").pk)}, content_type="application/json")
    assert moved.status_code == 422
    assert client.patch(address, {"pinned": True}, content_type="application/json").json()["pinned"] is True


@pytest.mark.parametrize("entity", ["life_event", "nothing", "note"])
def test_only_on_records_with_pages(entity: str, account: Any) -> None:
    house = account("Pump house")
    values = {"entity": entity, "record_id": house.pk, "text": "x"}
    with pytest.raises(Invalid):
        create_record("note", actor=SYSTEM, values=values)
