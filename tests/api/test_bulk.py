"""Bulk: every record gets an answer; good ones are kept whatever the others are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import Ask

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def test_made_changed_unchanged_and_refused(admin: Ask, make: Make) -> None:
    make("account", name="Zagros", city="Ahvaz")
    make("account", name="Alborz", city="Tehran")
    records = [
        {"name": "Zagros", "city": "Yazd"}, {"name": "Alborz"}, {"name": "New"}, {"city": "Nowhere"}, 3,
        {"name": "Sub", "parent": {"name": "Zagros"}}, {"name": "Lost", "parent": {"name": "nobody"}},
        {"name": "Odd", "employees": "many"},
    ]  # fmt: skip
    body = admin("post", "accounts/bulk/", {"match": "name", "records": records}).json()
    assert {k: body[k] for k in ("made", "changed", "unchanged", "refused")} == {
        "made": 2, "changed": 1, "unchanged": 1, "refused": 4,
    }  # fmt: skip
    assert [row["kind"] for row in body["results"]] == [
        "changed", "unchanged", "made", "refused", "refused", "made", "refused", "refused",
    ]  # fmt: skip
    assert [row["index"] for row in body["results"]] == list(range(8))
    assert body["results"][6]["errors"][0]["field"] == "parent"


def test_the_records_alone_with_the_match_in_the_address(admin: Ask, make: Make) -> None:
    make("account", name="Zagros", city="Ahvaz")
    body = admin("post", "accounts/bulk/?match=name", [{"name": "zagros", "city": "Yazd"}, {"name": "New"}]).json()
    assert [row["kind"] for row in body["results"]] == ["changed", "made"]


def test_a_match_needs_only_what_changes(admin: Ask, make: Make) -> None:
    make("account", name="Zagros", email="info@zagros.example")
    records = [{"email": "info@zagros.example", "city": "Yazd"}, {"email": "new@zagros.example", "city": "Yazd"}]
    body = admin("post", "accounts/bulk/", {"match": ["email"], "records": records}).json()
    assert [row["kind"] for row in body["results"]] == ["changed", "refused"]
    assert body["results"][1]["errors"][0]["code"] == "required"


def test_the_later_of_two_changes_the_earlier(admin: Ask) -> None:
    records = [{"name": "Zagros", "city": "Yazd"}, {"name": "Zagros", "city": "Qom"}]
    body = admin("post", "accounts/bulk/", {"match": "name", "records": records}).json()
    assert body["results"][0]["id"] == body["results"][1]["id"]
    assert admin("get", f"accounts/{body['results'][0]['id']}/").json()["city"] == "Qom"


def test_queries_do_not_grow_with_records(admin: Ask, make: Make) -> None:
    make("account", name="Parent")
    admin("get", "accounts/")  # the process learns which workspace the host means
    counts = []
    for size in (2, 50):
        records = [{"name": f"C{size}-{n}", "parent": {"name": "Parent"}} for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert admin("post", "accounts/bulk/", {"match": "name", "records": records}).json()["made"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"records": 3}, {"records": [], "match": 3}, {"records": [], "match": "nothing"},
        {"records": [], "match": ["description"]}, {"records": [], "more": 1}, "x", {"records": [{}] * 10_001},
    ],
)  # fmt: skip
def test_a_body_that_is_no_bulk(admin: Ask, body: Any) -> None:
    assert admin("post", "accounts/bulk/", body).status_code == 422


def test_permissions_hold(reader: Ask, member: Ask, make: Make) -> None:
    make("account", name="Zagros", city="Ahvaz")
    assert reader("post", "accounts/bulk/", {"match": "name", "records": [{"name": "x"}]}).status_code == 403
    body = member("post", "accounts/bulk/", {"match": "name", "records": [{"name": "Zagros", "city": "Qom"}]}).json()
    assert body["results"][0]["errors"][0]["code"] == "denied"


def test_bulk_delete(admin: Ask, make: Make) -> None:
    ids = [str(make("account", name=f"A{n}").pk) for n in range(3)]
    assert admin("delete", "accounts/bulk/", {"ids": ids[:2]}).json()["deleted"] == 2
    assert admin("get", "accounts/").json()["count"] == 1
    assert admin("delete", "accounts/bulk/", {"ids": ["x"]}).status_code == 422
