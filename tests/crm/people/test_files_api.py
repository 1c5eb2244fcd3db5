"""Files and pictures over the API: by who may change the record, within limits, told in the audit."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Attachment
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def sent(name: str, body: bytes) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, body)}


def put(client: Any, url: str, name: str, body: bytes) -> Any:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return client.put(url, encode_multipart(BOUNDARY, sent(name, body)), content_type=MULTIPART_CONTENT)


def post(client: Any, url: str, data: dict[str, Any]) -> Any:
    from django.test import Client

    return Client.post(client, url, data)


def test_a_file_is_sent_and_read_back(
    account: Any, api_for: Any, sara: Any, reza: Any, tenant: Any, olga: Any, other_tenant: Any
) -> None:
    house, client = account("Pump house"), api_for(sara, tenant)
    answer = post(client, f"/api/v1/files/account/{house.pk}/", sent("قرارداد.pdf", b"%PDF-1.7 body"))
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["name"], row["content_type"], row["size"], row["purpose"]) == (
        "قرارداد.pdf", "application/pdf", 13, "file",
    )  # fmt: skip
    assert answer["Location"] == row["url"]
    entry = AuditEntry.objects.get(entity="attachment", record_id=row["id"])
    assert (entry.action, entry.actor_id) == ("created", sara.pk)
    where = f"/api/v1/files/{row['id']}/"
    got = api_for(reza, tenant).get(where)
    assert got.getvalue() == b"%PDF-1.7 body"
    assert got["Content-Type"] == "application/octet-stream"
    assert got["X-Content-Type-Options"] == "nosniff"
    outside = api_for(olga, other_tenant)
    assert outside.get(where).status_code == 404
    assert post(outside, f"/api/v1/files/account/{house.pk}/", sent("a.txt", b"x")).status_code == 404
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(("name", "body", "code"), [
    ("a.exe", b"MZ\x90\0", "program"), ("a.png", b"", "empty"), ("big.txt", b"x" * (25 * 1024 * 1024 + 1), "too_large"),
])  # fmt: skip
def test_what_is_not_kept(
    name: str, body: bytes, code: str, account: Any, api_for: Any, sara: Any, tenant: Any
) -> None:
    answer = post(api_for(sara, tenant), f"/api/v1/files/account/{account('A').pk}/", sent(name, body))
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert not Attachment.objects.exists()


def test_who_may_not_change_the_record_sends_nothing(
    account: Any, api_for: Any, nima: Any, reza: Any, sara: Any, tenant: Any
) -> None:
    house = account("Pump house")
    for user in (nima, reza):
        assert post(api_for(user, tenant), f"/api/v1/files/account/{house.pk}/", sent("a.txt", b"x")).status_code == 403
        assert put(api_for(user, tenant), f"/api/v1/pictures/account/{house.pk}/", "a.png", PNG).status_code == 403
    client = api_for(sara, tenant)
    assert post(client, f"/api/v1/files/account/{house.pk}/", {"file": "no file"}).status_code == 422
    assert post(client, f"/api/v1/files/nothing/{house.pk}/", sent("a.txt", b"x")).status_code == 404
    assert post(client, f"/api/v1/files/tagging/{house.pk}/", sent("a.txt", b"x")).status_code == 404
    assert put(client, f"/api/v1/pictures/deal/{house.pk}/", "a.png", PNG).status_code == 404
    assert not Attachment.objects.exists()


def test_a_picture_is_given_changed_and_taken_away(contact: Any, api_for: Any, sara: Any, tenant: Any) -> None:
    person, client = contact("Sara Moradi"), api_for(sara, tenant)
    url = f"/api/v1/pictures/contact/{person.pk}/"
    refused = put(client, url, "me.png", b"<svg/>")
    assert [error["code"] for error in refused.json()["errors"]] == ["no_picture"]
    given = put(client, url, "me.png", PNG)
    assert (given.status_code, given.json()["purpose"]) == (200, "picture")
    person.refresh_from_db()
    assert str(person.picture_id) == given.json()["id"]
    assert client.delete(url).status_code == 204
    person.refresh_from_db()
    assert person.picture_id is None


def test_the_schema_tells_how(api_for: Any, sara: Any, tenant: Any) -> None:
    paths = api_for(sara, tenant).get("/api/v1/schema/?format=json").json()["paths"]
    body = paths["/api/v1/files/{entity}/{id}/"]["post"]["requestBody"]["content"]
    assert body["multipart/form-data"]["schema"]["properties"]["file"]["format"] == "binary"
    assert set(paths["/api/v1/pictures/{entity}/{id}/"]) == {"put", "delete"}
