"""Tags as a field of records: read, set, left alone, taken off; by those who may."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Account, Tag, Tagging
from crm.services.tags import add_tag, tag_named
from identity.models import Role
from kernel.access import system_actor
from kernel.context import Tenant, tenant_context
from kernel.models import AuditEntry, OutboxMessage
from tests.api.conftest import Ask, asker

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
SYSTEM = system_actor("test")


def tag(name: str) -> Any:
    return tag_named(f"new:{name}", actor=SYSTEM)


def wear(record: Any, *names: str) -> None:
    for name in names:
        add_tag("account", [record.pk], tag(name).pk, actor=SYSTEM)


def worn(ask: Ask, record: Any) -> list[str]:
    found: list[str] = ask("get", f"accounts/{getattr(record, 'pk', record)}/").json()["tags_label"]
    return found


def allow(role: str, **levels: str) -> None:
    """`allow("member", crm__tag__add="none")`"""
    kept = Role.objects.get(key=role)
    kept.levels = {**kept.levels, **{code.replace("__", "."): level for code, level in levels.items()}}
    kept.save()


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_they_read_like_relations(admin: Ask, make: Make) -> None:
    one = make("account", name="Zagros")
    make("account", name="Alborz")
    wear(one, "وفادار", "Key")
    ids = [str(tag(name).pk) for name in ("Key", "وفادار")]
    rows = {row["name"]: row for row in admin("get", "accounts/").json()["results"]}
    assert (rows["Alborz"]["tags"], rows["Alborz"]["tags_label"]) == ([], [])
    assert sorted(rows["Zagros"]["tags"]) == sorted(ids)
    assert sorted(rows["Zagros"]["tags_label"]) == ["Key", "وفادار"]
    row = admin("get", f"accounts/{one.pk}/?fields=tags&expand=tags").json()
    assert set(row) == {"id", "tags"}
    assert sorted(row["tags"], key=lambda t: t["label"]) == [
        {"id": ids[0], "label": "Key"}, {"id": ids[1], "label": "وفادار"},
    ]  # fmt: skip
    assert "tags" not in admin("get", f"accounts/{one.pk}/?fields=name").json()
    assert admin("get", "deals/").json()["results"] == []
    assert "tags" not in admin("get", "users/").json()["results"][0]


def test_one_query_for_a_page_and_none_unless_asked(admin: Ask, make: Make) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin("get", path).status_code == 200
        return len(queries)

    admin("get", "accounts/")
    counts = []
    for more in (1, 2):
        for n in range(more):
            wear(make("account", name=f"A{more}-{n}"), "Key", "Fair", f"T{n}")
        counts.append((asked("accounts/"), asked("accounts/?fields=name"), asked("accounts/?fields=name,tags")))
    assert counts[0] == counts[1]
    whole, without, beside = counts[0]
    assert (beside, whole) == (without + 1, without + 1)


def test_they_are_set_as_a_whole_left_alone_or_taken_off(admin: Ask) -> None:
    key = tag("Key account")
    made = admin("post", "accounts/", {"name": "Zagros", "tags": ["key  ACCOUNT", str(key.pk), "Fair"]})
    assert made.status_code == 201, made.content
    path = f"accounts/{made.json()['id']}/"
    assert made.json()["tags_label"] == ["Fair", "Key account"]
    assert Tag.objects.count() == 2
    assert admin("patch", path, {"city": "Yazd"}).json()["tags_label"] == ["Fair", "Key account"]
    both = [{"id": str(key.pk)}, {"name": "New"}]
    assert admin("patch", path, {"tags": both}).json()["tags_label"] == ["Key account", "New"]
    shown = admin("get", f"{path}?expand=tags").json()["tags"]
    assert admin("patch", path, {"tags": shown}).json()["tags_label"] == ["Key account", "New"]
    assert admin("patch", path, {"tags": []}).json()["tags"] == []
    admin("patch", path, {"tags": ["Fair"]})
    assert admin("patch", path, {"tags": None}).json()["tags"] == []
    assert Tag.objects.count() == 3


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Key", "not_a_list"), (3, "not_a_list"), ({}, "not_a_list"), ([None], "not_found"), ([["a"]], "not_found"),
        ([3], "not_found"), ([{"id": "Key"}], "not_found"), ([{"colour": "blue"}], "not_found"), ([" "], "not_found"),
        (["01934f5e-0000-7000-8000-000000000001"], "not_found"), (["x" * 61], "max_length"),
        ([f"t{n}" for n in range(101)], "not_a_list"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_tags(admin: Ask, make: Make, given: Any, code: str) -> None:
    one = make("account", name="Zagros")
    wear(one, "Key")
    assert errors(admin("patch", f"accounts/{one.pk}/", {"tags": given, "employees": "x"})) == {
        "tags": code, "employees": "number_format",
    }  # fmt: skip
    assert errors(admin("post", "accounts/", {"name": "New", "tags": given, "tags_label": []})) == {
        "tags": code, "tags_label": "read_only",
    }  # fmt: skip
    assert worn(admin, one) == ["Key"]
    assert Tag.objects.count() == 1


def test_it_is_written_down_and_told_as_by_the_page(admin: Ask, make: Make) -> None:
    one = make("account", name="Zagros")
    admin("patch", f"accounts/{one.pk}/", {"tags": ["Key"]})
    admin("patch", f"accounts/{one.pk}/", {"tags": []})
    lines = AuditEntry.objects.filter(entity="tagging").order_by("id").values_list("action", "source")
    assert list(lines) == [("created", "api"), ("deleted", "api")]
    told = OutboxMessage.objects.filter(name__startswith="crm.tagging").order_by("id").values_list("name", flat=True)
    assert list(told) == ["crm.tagging_imported", "crm.tagging_deleted"]
    assert admin("patch", f"accounts/{one.pk}/", {"tags": []}).status_code == 200
    assert AuditEntry.objects.filter(entity="tagging").count() == 2


def test_a_version_with_other_tags_is_another_one(admin: Ask, make: Make) -> None:
    one = make("account", name="Zagros")
    path = f"accounts/{one.pk}/"
    bare = admin("get", path)["ETag"]
    assert bare == '"1"'
    wear(one, "Key")
    answer = admin("get", path, If_None_Match=bare)
    assert (answer.status_code, answer.json()["tags_label"]) == (200, ["Key"])
    assert admin("get", path, If_None_Match=answer["ETag"]).status_code == 304
    # Who has not seen the tag does not take it off; their other values are not held up by it.
    assert admin("patch", path, {"tags": []}, If_Match=bare).status_code == 412
    changed = admin("patch", path, {"city": "Yazd"}, If_Match=bare)
    assert (changed.status_code, worn(admin, one)) == (200, ["Key"])
    assert admin("patch", path, {"tags": []}, If_Match=answer["ETag"]).status_code == 412
    assert admin("patch", path, {"tags": []}, If_Match=changed["ETag"]).json()["tags"] == []


def test_who_may_not_make_tags_names_those_that_there_are(member: Ask, make: Make, nima: Any) -> None:
    allow("member", crm__tag__add="none")
    tag("Fair")
    assert errors(member("post", "accounts/", {"name": "Zagros", "tags": ["Fair", "New"]})) == {"tags": "new_tag"}
    assert not Account.objects.exists()
    made = member("post", "accounts/", {"name": "Zagros", "tags": ["fair"]})
    assert made.json()["tags_label"] == ["Fair"]
    body = member("post", "accounts/bulk/", [{"name": "A", "tags": ["Fair"]}, {"name": "B", "tags": ["New"]}]).json()
    assert [row["kind"] for row in body["results"]] == ["made", "refused"]
    assert body["results"][1]["errors"][0] | {"message": ""} == {"field": "tags", "code": "new_tag", "message": ""}


def test_one_must_be_allowed_to_change_the_record(member: Ask, reader: Ask, make: Make, nima: Any) -> None:
    mine, other = make("account", name="Mine", owner=nima), make("account", name="Other")
    assert member("patch", f"accounts/{mine.pk}/", {"tags": ["Key"]}).status_code == 200
    for ask, record in ((member, other), (reader, mine)):
        assert ask("patch", f"accounts/{record.pk}/", {"tags": ["Key"]}).status_code == 403
    body = member("post", "accounts/bulk/", {"match": "name", "records": [{"name": "Other", "tags": ["Key"]}]}).json()
    assert body["results"][0]["errors"][0]["code"] == "denied"
    assert Tagging.objects.count() == 1
    # Whoever makes records that they may not change afterwards makes them without tags, or not at all.
    allow("member", crm__account__change="none")
    assert errors(member("post", "accounts/", {"name": "New", "tags": ["Key"]})) == {"tags": "read_only"}
    body = member("post", "accounts/bulk/", [{"name": "A", "tags": ["Key"]}, {"name": "B", "tags": []}, {"name": "C"}])
    assert [row["kind"] for row in body.json()["results"]] == ["refused", "made", "made"]
    assert sorted(Account.objects.values_list("name", flat=True)) == ["B", "C", "Mine", "Other"]


@pytest.mark.parametrize(("right", "given"), [("add", ["Key", "Fair"]), ("delete", [])])
def test_tagging_asks_for_what_the_page_asks(member: Ask, make: Make, nima: Any, right: str, given: list[str]) -> None:
    mine = make("account", name="Mine", owner=nima)
    wear(mine, "Key")
    allow("member", **{f"crm__tagging__{right}": "none"})
    path = f"accounts/{mine.pk}/"
    assert errors(member("patch", path, {"tags": given, "city": "Yazd"})) == {"tags": "read_only"}
    assert (member("get", path).json()["city"], worn(member, mine)) == ("", ["Key"])
    assert member("patch", path, {"tags": ["Key"], "city": "Yazd"}).json()["city"] == "Yazd"


@pytest.mark.parametrize("closed", ["crm__tag__view", "crm__tagging__view"])
def test_what_one_may_not_see_is_not_told_and_not_taken_off(
    member: Ask, admin: Ask, make: Make, nima: Any, closed: str
) -> None:
    mine = make("account", name="Mine", owner=nima)
    wear(mine, "Key")
    allow("member", **{closed: "none"})
    path = f"accounts/{mine.pk}/"
    assert (member("get", path).json()["tags"], member("get", "accounts/").json()["results"][0]["tags"]) == ([], [])
    member("patch", path, {"tags": [], "city": "Yazd"})
    assert worn(admin, mine) == ["Key"]
    if "tagging" not in closed:
        for given in ([str(tag("Key").pk)], ["Key"]):
            assert set(errors(member("patch", path, {"tags": given}))) == {"tags"}


def test_other_workspaces_neither_see_nor_lend_tags(
    admin: Ask, make: Make, tenant: Tenant, other_tenant: Tenant, olga: Any, api_for: Any
) -> None:
    one = make("account", name="Zagros")
    wear(one, "Key")
    with tenant_context(other_tenant):
        foreign = str(tag("Foreign").pk)
    outsider = asker(api_for(olga, other_tenant))
    here = asker(api_for(olga, other_tenant, host=tenant.host))
    assert here("get", f"accounts/{one.pk}/").status_code == 401
    assert here("patch", f"accounts/{one.pk}/", {"tags": []}).status_code == 401
    assert outsider("patch", f"accounts/{one.pk}/", {"tags": []}).status_code == 404
    assert errors(outsider("post", "accounts/", {"name": "X", "tags": [str(tag("Key").pk)]})) == {"tags": "not_found"}
    assert errors(admin("patch", f"accounts/{one.pk}/", {"tags": [foreign]})) == {"tags": "not_found"}
    assert worn(admin, one) == ["Key"]


def test_bulk_tells_of_each(admin: Ask, make: Make) -> None:
    for name in ("Same", "Tagged", "Cleared", "Left"):
        wear(make("account", name=name), "Key")
    records = [
        {"name": "Same", "tags": ["Key"]}, {"name": "Tagged", "tags": ["Key", "Fair"]}, {"name": "Cleared", "tags": []},
        {"name": "Left"}, {"name": "New", "tags": ["Fair"]}, {"name": "Bad", "tags": "Fair"},
        {"name": "Twice", "tags": ["A"]}, {"name": "Twice", "tags": ["B"]},
    ]  # fmt: skip
    body = admin("post", "accounts/bulk/", {"match": "name", "records": records}).json()
    assert [row["kind"] for row in body["results"]] == [
        "unchanged", "changed", "changed", "unchanged", "made", "refused", "made", "changed",
    ]  # fmt: skip
    assert body["results"][5]["errors"][0]["field"] == "tags"
    told = {row["name"]: row["tags_label"] for row in admin("get", "accounts/").json()["results"]}
    assert told == {
        "Same": ["Key"], "Tagged": ["Fair", "Key"], "Cleared": [], "Left": ["Key"], "New": ["Fair"], "Twice": ["B"],
    }  # fmt: skip


def test_bulk_asks_no_more_for_more_records(admin: Ask, make: Make) -> None:
    tag("Key"), tag("Fair")
    admin("get", "accounts/")
    counts = []
    for size in (1, 2, 50):
        for tags in (["Key", "Fair"], ["Fair"]):
            records = [{"name": f"C{size}-{n}", "tags": tags} for n in range(size)]
            with CaptureQueriesContext(connection) as queries:
                answer = admin("post", "accounts/bulk/", {"match": "name", "records": records}).json()
            assert answer["refused"] == answer["unchanged"] == 0
            counts.append(len(queries))
    assert counts[2:4] == counts[4:]  # behind the first, by which the process learns what there is


def test_the_document_says_so(admin: Ask, make: Make) -> None:
    from tests.api.test_schema import checker

    schema = admin("get", "schema/").json()
    parts = schema["components"]["schemas"]
    for name in ("AccountCreate", "AccountPatch", "AccountValues", "ContactCreate", "DealCreate"):
        assert parts[name]["properties"]["tags"]["type"] == ["array", "null"]
    assert "tags" not in parts["ProductCreate"]["properties"]
    example = parts["AccountCreate"]["properties"]["tags"]["examples"][0]
    checker(schema, "AccountCreate").validate({"name": "Zagros", "tags": ["Key", *example]})
    one = make("account", name="Zagros")
    wear(one, "Key", "Fair")
    checker(schema, "Account").validate(admin("get", f"accounts/{one.pk}/").json())
    checker(schema, "Account").validate(admin("get", f"accounts/{one.pk}/?expand=tags").json())
    asked = {p["name"]: p["schema"] for p in schema["paths"]["/api/v1/accounts/"]["get"]["parameters"]}
    assert "tags" in asked["fields"]["items"]["enum"]
    assert "tags" in asked["expand"]["items"]["enum"]
    assert b"tag[]" in admin("get", "/api/docs/accounts/").content
