"""The audit's page, its file and its API: who sees what of it, in how many queries."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.access import Actor, system_actor
from kernel.audit import record_act, record_opening, record_reveal
from kernel.context import tenant_context
from kernel.models import AuditEntry
from kernel.records import bulk_update, create_record, undo_batch, update_record
from tenants.audit.policy import change_audit_policy

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("Robot")
URL, API, EXPORT = "/settings/audit/", "/api/v1/audit/", "/settings/audit/export/"


@pytest.fixture
def account(tenant: Any, sara: Any, actor_for: Any) -> Any:
    made = create_record("account", actor=actor_for(sara), values={"name": "Zagros Co", "revenue": 500})
    return update_record("account", made.pk, actor=actor_for(sara), values={"city": "Ahvaz", "owner": sara})


def text(response: Any) -> str:
    assert response.status_code == 200, response.content[:300]
    return str(response.content.decode())


def test_a_line_says_who_did_what_from_what_to_what(client_for: Any, tenant: Any, sara: Any, account: Any) -> None:
    page = text(client_for(sara, tenant).get(URL))
    assert "Zagros Co" in page
    assert "Ahvaz" in page
    assert f"/accounts/{account.pk}/" in page
    assert str(sara.name) in page


def test_in_persian_it_is_persian(client_for: Any, tenant: Any, sara: Any, account: Any) -> None:
    type(sara).objects.filter(pk=sara.pk).update(language="fa")
    page = text(client_for(sara, tenant).get(URL))
    assert "Has anybody touched it" not in page
    assert "Changed" not in page


@pytest.mark.parametrize(
    "query", ["entity=account", "action=changed", "field=city&entity=account", "source=system", "q=zagros",
              "category=changes", "since=2020-01-01", "since=1402/01/01", "q={pk}", "record={pk}",
              "entity=account&record={pk}"],
)  # fmt: skip
def test_filters_find_it(api_for: Any, tenant: Any, sara: Any, account: Any, query: str) -> None:
    found = api_for(sara, tenant).get(f"{API}?{query.format(pk=account.pk)}").json()["results"]
    assert found
    assert {line["record"]["id"] for line in found} >= {str(account.pk)}


@pytest.mark.parametrize(
    "query", ["entity=contact", "action=deleted", "field=phone&entity=account&action=changed", "source=import",
              "q=nothing-such", "until=2020-01-01", "category=reads", "ip=9.9.9.9",
              "who=01a21f17-de29-7dc1-a3fe-b02078ccb595"],
)  # fmt: skip
def test_filters_leave_it_out(api_for: Any, tenant: Any, sara: Any, account: Any, query: str) -> None:
    found = api_for(sara, tenant).get(f"{API}?{query}").json()["results"]
    assert str(account.pk) not in {line["record"]["id"] for line in found}


@pytest.mark.parametrize("query", ["entity=nobody", "who=x", "since=later", "field=city", "source=moon", "colour=red"])
def test_what_makes_no_sense_is_told(api_for: Any, client_for: Any, tenant: Any, sara: Any, query: str) -> None:
    assert api_for(sara, tenant).get(f"{API}?{query}").status_code == 422
    assert client_for(sara, tenant).get(f"{URL}?{query}").status_code == (200 if query == "colour=red" else 422)


def test_only_who_may_looks_into_it(
    client_for: Any, api_for: Any, tenant: Any, other_tenant: Any, account: Any, reza: Any, nima: Any, olga: Any
) -> None:
    for person in (reza, nima):
        assert client_for(person, tenant).get(URL).status_code == 403
        assert client_for(person, tenant).get(EXPORT).status_code == 403
        assert client_for(person, tenant).get(f"{URL}policy/").status_code == 403
        assert client_for(person, tenant).post(f"{URL}check/").status_code == 403
        assert api_for(person, tenant).get(API).status_code == 403
    page = text(client_for(olga, other_tenant).get(URL))
    assert "Zagros" not in page
    stranger = client_for(None, tenant)
    assert stranger.get(URL).status_code == 302
    assert api_for(None, tenant).get(API).status_code == 401
    with tenant_context(other_tenant):
        found = api_for(olga, other_tenant).get(f"{API}?q={account.pk}").json()
    assert found["results"] == []


def test_of_records_one_may_not_see_only_the_act_is_told(tenant: Any, nima: Any, actor_for: Any, account: Any) -> None:
    from crm.audit.asking import Question, lines_for
    from crm.audit.lines import lines_of

    full = actor_for(nima)
    reader = Actor(
        user_id=full.user_id, label=full.label, engines=full.engines,
        levels={"crm.audit.view": "all", "crm.account.view": "own", "identity.user.view": "none"},
    )  # fmt: skip
    rows = list(lines_for(reader, Question(entity="account", record=account.pk)))
    lines = lines_of(rows, actor=reader)
    assert len(lines) == 2
    assert all(line.hidden and not line.record and not line.changes and not line.url for line in lines)
    assert not lines_for(reader, Question(q="zagros")).filter(record_id=account.pk).exists()
    assert not lines_for(reader, Question(entity="account", field="city")).exists()
    own = create_record("account", actor=SYSTEM, values={"name": "Own", "owner": nima})
    line = lines_of(list(lines_for(reader, Question(record=own.pk))), actor=reader)[0]
    assert line.record == "Own"
    owner = next(change for change in line.changes if change.name == "owner")
    assert owner.after == "(not visible to you)"


def test_as_many_queries_for_three_records_as_for_one(client_for: Any, tenant: Any, sara: Any) -> None:
    client, counts = client_for(sara, tenant), []
    for count in (1, 3):
        AuditEntry.objects.all().delete()
        for n in range(count):
            create_record("account", actor=SYSTEM, values={"name": f"A{n}", "owner": sara, "revenue": 5})
            create_record("deal", actor=SYSTEM, values={"name": f"D{n}", "owner": sara, "amount": 5})
        client.get(URL)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(URL).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] < 30


def test_pages_follow_each_other(api_for: Any, tenant: Any, sara: Any) -> None:
    for n in range(5):
        record_act("changed", actor=SYSTEM, label=f"line {n}")
    api, seen, url = api_for(sara, tenant), [], f"{API}?limit=2&action=changed"
    while url:
        answer = api.get(url).json()
        seen += [line["record"]["label"] for line in answer["results"]]
        url = answer["next"]
    assert seen[:5] == [f"line {n}" for n in (4, 3, 2, 1, 0)]


def test_the_file_holds_what_the_page_shows_and_is_itself_written_down(
    client_for: Any, tenant: Any, sara: Any, account: Any
) -> None:
    update_record("account", account.pk, actor=SYSTEM, values={"name": "=cmd()"})
    response = client_for(sara, tenant).get(f"{EXPORT}?entity=account")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0]["Record"] == rows[0]["After"] == "'=cmd()"
    assert ("City", "", "Ahvaz") in {(row["Field"], row["Before"], row["After"]) for row in rows}
    act = AuditEntry.objects.get(action="audit_export")
    assert (act.actor_id, act.changes["lines"], act.changes["query"]) == (sara.pk, [None, 3], [None, "entity=account"])


def test_what_was_looked_at_is_written_down(
    tenant: Any, sara: Any, client_for: Any, actor_for: Any, account: Any
) -> None:
    actor = actor_for(sara)
    record_reveal(actor=actor, entity="account", record=account, field="phone")
    assert AuditEntry.objects.get(action="revealed").changes == {"fields": [None, ["phone"]]}
    client = client_for(sara, tenant)
    client.get(f"/accounts/{account.pk}/")
    assert not AuditEntry.objects.filter(action="opened").exists()
    change_audit_policy(actor=actor, keep={}, opened=["account"])
    client.get(f"/accounts/{account.pk}/")
    assert AuditEntry.objects.get(action="opened").record_id == account.pk
    assert record_opening(actor=actor, entity="contact", record=account) is None
    assert "Phone" in text(client.get(f"{URL}?category=reads"))


def test_a_failed_sign_in_is_written_down(client_for: Any, tenant: Any, nima: Any) -> None:
    client = client_for(None, tenant)
    client.post("/auth/login/", {"login": nima.email, "password": "wrong"})
    row = AuditEntry.objects.get(action="sign_in_failed")
    assert (row.actor_id, row.actor_label, row.record_id) == (None, nima.email, nima.pk)
    assert row.changes == {}


def test_an_undo_says_of_itself_that_it_is_one(tenant: Any, sara: Any, account: Any) -> None:
    outcome = bulk_update("account", [account.pk], actor=SYSTEM, values={"city": "Shiraz"})
    undo_batch(outcome.batch, actor=SYSTEM)
    assert AuditEntry.objects.get(action="undone").changes == {"batch": [None, str(outcome.batch)], "rows": [None, 1]}
