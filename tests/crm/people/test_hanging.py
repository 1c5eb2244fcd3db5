"""Tags and files on any record: by who may change it, taken back by undo, found again."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Attachment, Tag, Tagging
from crm.services.files import attach_file, clean_name, sniff
from crm.services.tags import add_tag, remove_tag, tag_named
from kernel.access import system_actor
from kernel.errors import Denied, Invalid, NotFound
from kernel.query import parse_filters, select
from kernel.records import create_record, undo_batch

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def upload(name: str, body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def fetched(client: Any, url: str) -> tuple[int, bytes, Any]:
    """Read to the end, as a browser does: that closes the file too."""
    answer = client.get(url)
    body = answer.getvalue()
    return answer.status_code, body, answer


def names(entity: str, **params: str) -> list[str]:
    rows = select(entity, actor=SYSTEM, filters=parse_filters(entity, params))
    return sorted(row.name for row in rows)


def test_tags_filter_lists(account: Any) -> None:
    one, two, three = account("One"), account("Two"), account("Three")
    hot, cold = tag_named("new:hot", actor=SYSTEM), tag_named("new:cold", actor=SYSTEM)
    add_tag("account", [one.pk, two.pk], hot.pk, actor=SYSTEM)
    add_tag("account", [two.pk, three.pk], cold.pk, actor=SYSTEM)
    assert names("account", tags=str(hot.pk)) == ["One", "Two"]
    assert names("account", tags=f"{hot.pk},{cold.pk}") == ["One", "Three", "Two"]
    assert names("account", tags__ne=str(hot.pk)) == ["Three"]
    remove_tag("account", [three.pk], cold.pk, actor=SYSTEM)
    assert names("account", tags__empty="1") == ["Three"]


def test_many_are_tagged_at_once_and_taken_back_at_once(account: Any) -> None:
    rows = [account(f"A{n}") for n in range(5)]
    hot = tag_named("new:hot", actor=SYSTEM)
    add_tag("account", [rows[0].pk], hot.pk, actor=SYSTEM)
    outcome = add_tag("account", [r.pk for r in rows], hot.pk, actor=SYSTEM)
    assert (outcome.changed, outcome.unchanged) == (4, 1)
    undo_batch(outcome.batch, actor=SYSTEM)
    assert Tagging.objects.count() == 1
    gone = remove_tag("account", [rows[0].pk], hot.pk, actor=SYSTEM)
    undo_batch(gone.batch, actor=SYSTEM)
    assert names("account", tags=str(hot.pk)) == ["A0"]


def test_tags_follow_the_record(account: Any, nima: Any, reza: Any, acting: Any) -> None:
    mine, other = account("Mine", owner=nima), account("Other")
    hot = tag_named("new:hot", actor=SYSTEM)
    outcome = add_tag("account", [mine.pk, other.pk], hot.pk, actor=acting(nima))
    assert (outcome.changed, outcome.refused) == (1, 1)
    assert add_tag("account", [mine.pk], hot.pk, actor=acting(reza)).refused == 1
    with pytest.raises(Invalid):
        create_record("tagging", actor=acting(nima), values={"tag": hot, "entity": "account", "record_id": other.pk})
    with pytest.raises(Invalid):
        create_record("tagging", actor=SYSTEM, values={"tag": hot, "entity": "user", "record_id": other.pk})


def test_the_same_name_is_the_same_tag(tenant: Any) -> None:
    assert tag_named("new:hot", actor=SYSTEM).pk == tag_named("hot", actor=SYSTEM).pk
    assert Tag.objects.count() == 1


def test_a_file_is_kept_with_its_record_and_read_back(account: Any, page: Any, sara: Any, reza: Any) -> None:
    house, client = account("Pump house"), page(sara)
    sent = client.post(f"/records/account/{house.pk}/files/", {"file": upload("قرارداد.pdf", b"%PDF-1.7 body")})
    assert sent.status_code == 204
    row = Attachment.objects.get()
    assert (row.content_type, row.name, row.size) == ("application/pdf", "قرارداد.pdf", 13)
    _status, body, answer = fetched(page(reza), f"/files/{row.pk}/")
    assert body == b"%PDF-1.7 body"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/octet-stream"
    gone = client.post(f"/parts/attachment/{row.pk}/remove/")
    assert gone.status_code == 204
    assert fetched(client, f"/files/{row.pk}/")[0] == 404
    undo_batch(gone["HX-Trigger"].partition("/undo/")[2][:36], actor=SYSTEM)
    assert fetched(client, f"/files/{row.pk}/")[0] == 200


@pytest.mark.parametrize(("name", "body", "code"), [
    ("a.exe", b"MZ\x90\0", "program"), ("a.png", b"", "empty"), ("run.sh", b"#!/bin/sh", "program"),
])  # fmt: skip
def test_what_is_not_kept(name: str, body: bytes, code: str, account: Any) -> None:
    with pytest.raises(Invalid) as caught:
        attach_file("account", account("Pump house").pk, upload(name, body), actor=SYSTEM)
    assert caught.value.problems["file"][0].code == code


@pytest.mark.parametrize(("head", "name", "kind"), [
    (PNG, "a.txt", "image/png"), (b"\xff\xd8\xff\xe0", "x", "image/jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image/webp"),
    (b"<svg onload=alert(1)>", "a.png", "text/plain"), (b"<html>", "a.pdf", "text/plain"),
    (b"PK\x03\x04", "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"PK\x03\x04", "a.zip", "application/zip"), ("متن".encode()[:-1], "a", "text/plain"),
    (b"\x00\x01", "a.png", "application/octet-stream"),
])  # fmt: skip
def test_a_file_is_what_its_first_bytes_say(head: bytes, name: str, kind: str) -> None:
    assert sniff(head, name) == kind


def test_pictures_only_where_a_picture_is_asked_for(contact: Any, page: Any, sara: Any) -> None:
    person, client = contact("Sara Moradi"), page(sara)
    url = f"/records/contact/{person.pk}/picture/"
    refused = client.post(url, {"file": upload("<b>.png", b"<svg/>")})
    assert refused.status_code == 422
    assert client.post(url, {"file": upload("me.png", PNG)}).status_code == 204
    person.refresh_from_db()
    _status, _body, shown = fetched(client, f"/files/{person.picture_id}/?show=1")
    assert shown["Content-Type"] == "image/png"
    assert f"/files/{person.picture_id}/" in client.get(f"/contacts/{person.pk}/").content.decode()
    removed = client.post(url)
    undo_batch(removed["HX-Trigger"].partition("/undo/")[2][:36], actor=SYSTEM)
    person.refresh_from_db()
    assert person.picture_id


def test_names_hold_no_paths() -> None:
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("C:\\a\\b<c>.txt") == "bc.txt"
    assert clean_name("..") == "file"


def test_files_follow_the_record(account: Any, nima: Any, acting: Any) -> None:
    other = account("Other")
    with pytest.raises((Denied, NotFound)):
        attach_file("account", other.pk, upload("a.txt", b"x"), actor=acting(nima))
    with pytest.raises(Invalid):
        create_record("attachment", actor=SYSTEM, values={"name": "x", "entity": "account", "record_id": other.pk})
