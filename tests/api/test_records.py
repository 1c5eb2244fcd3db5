"""Create, read, change, delete and bring back, over the API."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.conftest import Ask

pytestmark = pytest.mark.django_db


def test_create_answers_the_record_and_where_it_is(admin: Ask) -> None:
    answer = admin("post", "accounts/", {"name": "Zagros Steel", "city": "Ahvaz", "revenue": "12.50", "employees": 7})
    body = answer.json()
    assert answer.status_code == 201
    assert UUID(body["id"]).version == 7
    assert (body["name"], body["revenue"], body["employees"]) == ("Zagros Steel", "12.50", 7)
    assert answer["Location"].endswith(f"/api/v1/accounts/{body['id']}/")
    assert admin("get", answer["Location"]).json() == body
    assert answer["ETag"] == '"1"'


def test_relations_by_id_and_by_name(admin: Ask) -> None:
    parent = admin("post", "accounts/", {"name": "Zagros Holding"}).json()
    for given in (parent["id"], {"id": parent["id"]}, {"name": "Zagros Holding"}):
        child = admin("post", "accounts/", {"name": "Zagros Steel", "parent": given}).json()
        assert (child["parent"], child["parent_label"]) == (parent["id"], "Zagros Holding")
    emptied = admin("patch", f"accounts/{child['id']}/", {"parent": None}).json()
    assert (emptied["parent"], emptied["parent_label"]) == (None, None)


def test_money_is_flat_and_exact(admin: Ask) -> None:
    body = admin("post", "deals/", {"name": "Steel for 1405", "amount": "1250000.10", "currency": "EUR"}).json()
    assert (body["amount"], body["currency"]) == ("1250000.10", "EUR")
    assert all(body[key] for key in ("stage", "pipeline"))


@pytest.mark.parametrize("currency", ["Euro", "eur0", ["EUR"]])
def test_an_amount_in_no_currency_is_refused_by_the_currencys_field(admin: Ask, currency: Any) -> None:
    answer = admin("post", "deals/", {"name": "Steel", "amount": "5", "currency": currency})
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, ["currency"])


def test_unread_version_is_refused_and_the_current_record_shown(admin: Ask) -> None:
    made = admin("post", "accounts/", {"name": "Zagros"}).json()
    path = f"accounts/{made['id']}/"
    assert admin("patch", path, {"city": "Ahvaz", "version": 1}).json()["version"] == 2
    by_body = admin("patch", path, {"city": "Yazd", "version": 1})
    by_header = admin("patch", path, {"city": "Yazd"}, If_Match='"1"')
    deleted = admin("delete", path, If_Match='"1"')
    assert [a.status_code for a in (by_body, by_header, deleted)] == [409, 412, 412]
    assert by_body.json()["current"]["city"] == "Ahvaz"
    assert admin("patch", path, {"city": "Yazd"}, If_Match='W/"2"').status_code == 200
    assert admin("patch", path, {"city": "Qom"}, If_Match='"x"').status_code == 412


def test_a_version_one_has_is_not_sent_again(admin: Ask) -> None:
    made = admin("post", "accounts/", {"name": "Zagros"}).json()
    answer = admin("get", f"accounts/{made['id']}/", If_None_Match='"1"')
    assert (answer.status_code, answer.content) == (304, b"")


def test_nothing_unknown_or_kept_by_the_system_is_taken(admin: Ask) -> None:
    answer = admin("post", "accounts/", {"nmae": "x", "id": "1", "created_at": "2026-01-01", "owner_label": "Sara"})
    codes = {e["field"]: e["code"] for e in answer.json()["errors"]}
    assert answer.status_code == 422
    assert codes == {
        "nmae": "unknown_field", "id": "read_only", "created_at": "read_only", "owner_label": "read_only",
        "name": "required",
    }  # fmt: skip


def test_delete_and_restore(admin: Ask) -> None:
    made = admin("post", "accounts/", {"name": "Zagros"}).json()
    path = f"accounts/{made['id']}/"
    assert admin("delete", path).status_code == 204
    assert admin("get", path).status_code == 404
    assert admin("delete", path).status_code == 404
    assert admin("post", f"{path}restore/").json()["name"] == "Zagros"
    assert admin("get", path).status_code == 200
    assert admin("post", "accounts/not-an-id/restore/").status_code == 404


def test_history_tells_who_changed_what(admin: Ask) -> None:
    made = admin("post", "accounts/", {"name": "Zagros"}).json()
    admin("patch", f"accounts/{made['id']}/", {"city": "Ahvaz"})
    first = admin("get", f"accounts/{made['id']}/history/?limit=1").json()
    second = admin("get", first["next"]).json()
    change = first["results"][0]["changes"][0]
    assert (change["field"], change["old"], change["new"]) == ("city", "", "Ahvaz")
    assert change["label"].lower() == "city"
    assert first["results"][0]["source"] == "api"
    assert [entry["action"] for entry in second["results"]] == ["created"]
    assert second["next"] is None


def test_put_is_not_taken(admin: Ask) -> None:
    made = admin("post", "accounts/", {"name": "Zagros"}).json()
    answer = admin("put", f"accounts/{made['id']}/", {"name": "x"})
    assert answer.status_code == 405
    assert "PATCH" in answer["Allow"]


def test_every_entity_has_its_addresses(admin: Ask) -> None:
    for entity in admin("get", "").json()["results"]:
        assert admin("get", entity["url"]).status_code == 200, entity["name"]


def test_options_names_the_methods(admin: Ask) -> None:
    assert admin("options", "accounts/")["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_entities_that_only_services_write_are_read_only(admin: Ask) -> None:
    roles: list[dict[str, Any]] = admin("get", "roles/").json()["results"]
    assert roles
    assert admin("post", "roles/", {}).status_code == 405
    assert admin("delete", f"roles/{roles[0]['id']}/").status_code == 405
