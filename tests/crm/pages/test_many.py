"""Many at once: previewed bulk edits, blocks pasted from a spreadsheet, and long work as jobs that stop and go on."""

import csv
import io
import json
from typing import Any

import pytest

from crm.models import SavedView
from crm.pages import bulk_job, bulk_plan, export, table
from kernel.jobs import run_job
from kernel.models import AuditEntry, Job
from kernel.query.counting import Size, rounded, size_of, worth_trying
from kernel.registry import registry
from modules.sfa.models import Deal

pytestmark = pytest.mark.django_db


def undo_of(response: Any) -> str:
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["undo"])


# ── preview ──
def test_a_preview_counts_what_would_change(page: Any, mina: Any, nima: Any, deal: Any) -> None:
    deal("Has", next_step="Call", owner=mina)
    deal("Not", owner=mina)
    deal("Nimas", owner=nima)
    client = page(mina)
    data = {"act": "edit", "field": ["next_step", "probability"], "next_step": "Call", "everything": "1", "state": "q="}
    fields = registry.entity("deal").all_fields
    if "probability" not in fields or fields["probability"].readonly:
        data["field"] = ["next_step"]
    answer = client.post("/deals/bulk/", {**data, "field": ["next_step"], "do": "preview"})
    plan = answer.context["plan"]
    assert (plan.change + plan.same + plan.refused, plan.same) == (3, 1)
    assert not Deal.objects.filter(next_step="Call", name="Not").exists()
    assert ("Next step", "", "Call") in [pair for e in plan.examples for pair in e.changes]
    done = client.post("/deals/bulk/", {**data, "field": ["next_step"]})
    assert Deal.objects.filter(next_step="Call").count() == plan.same + plan.change
    client.post(undo_of(done))
    assert Deal.objects.filter(next_step="Call").count() == 1


def test_several_fields_at_once_and_back_again(page: Any, sara: Any, nima: Any, deal: Any, stages: Any) -> None:
    made, client = [deal(f"Pump {n}", owner=sara) for n in range(3)], page(sara)
    data = {
        "act": "edit", "field": ["owner", "next_step"], "owner": str(nima.pk), "next_step": "Call",
        "selected": [str(d.pk) for d in made[:2]],
    }  # fmt: skip
    preview = client.post("/deals/bulk/", {**data, "do": "preview"})
    assert [label for label, _a, _b in preview.context["plan"].examples[0].changes] == ["Owner", "Next step"]
    again = client.post("/deals/bulk/", {**data, "do": "back", "drop": "owner"})
    assert [c.name for c in again.context["controls"]] == ["next_step"]
    client.post("/deals/bulk/", data)
    assert Deal.objects.filter(owner=nima, next_step="Call").count() == 2
    refused = client.post("/deals/bulk/", {**data, "owner": "nobody"})
    assert refused.status_code == 422


# ── jobs ──
def test_a_large_edit_is_a_job_that_stops_goes_on_and_is_undone(
    page: Any, sara: Any, deal: Any, monkeypatch: pytest.MonkeyPatch, client_for: Any, olga: Any, other_tenant: Any
) -> None:
    for n in range(5):
        deal(f"Pump {n}")
    monkeypatch.setattr("crm.pages.bulk.DIRECT", 3)
    monkeypatch.setattr(bulk_plan, "DIRECT", 3)
    monkeypatch.setattr(bulk_job, "STEP", 2)
    client = page(sara)
    data = {"act": "edit", "field": "next_step", "next_step": "Call", "everything": "1", "state": "name__contains=pump"}
    assert client.post("/deals/bulk/", {**data, "do": "preview"}).context["plan"].as_job
    place = client.post("/deals/bulk/", data).headers["HX-Redirect"]
    job = Job.objects.get(kind=bulk_job.EDIT)
    assert client.get(place).status_code == 200
    assert client_for(olga, other_tenant).get(place).status_code == 404

    steps = iter([None, None])
    real = bulk_job._step

    def stopping(*args: Any) -> bool:
        going = real(*args)
        if next(steps, "stop") is None:
            Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        return going

    monkeypatch.setattr(bulk_job, "_step", stopping)
    run_job(job.pk)
    assert Deal.objects.filter(next_step="Call").count() == 2
    assert client.get(place).context["may_resume"]
    monkeypatch.setattr(bulk_job, "_step", real)
    deal("Pump that came later")
    going = client.post(place, {"do": "resume"}).url
    run_job(going.strip("/").rpartition("/")[2])
    assert Deal.objects.filter(next_step="Call").count() == 5
    context = client.get(going).context
    assert (context["result"]["changed"], context["may_undo"]) == (5, True)

    monkeypatch.setattr("crm.pages.undo.DIRECT", 3)
    back = client.post(f"/undo/{context['batch']}/").headers["HX-Redirect"]
    run_job(back.strip("/").rpartition("/")[2])
    assert not Deal.objects.filter(next_step="Call").exists()


def test_a_long_list_is_written_by_a_job(
    page: Any, sara: Any, mina: Any, deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        deal(f"Pump {n}", stage=("won", "prospecting")[n % 2], amount=n)
    monkeypatch.setattr(export, "DIRECT", 1)
    client = page(sara)
    place = client.get("/deals/export/?format=csv&columns=amount&by=stage&sort=name").url
    assert client.get(f"{place}file/").status_code == 404
    run_job(Job.objects.get(kind=bulk_job.EXPORT).pk)
    assert client.get(place).context["has_file"]
    rows = list(csv.reader(io.StringIO(client.get(f"{place}file/").getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["Stage", "Name", "Amount", "Currency"]
    assert sorted(row[0] for row in rows[1:]) == ["Prospecting", "Won", "Won"]
    assert page(mina).get(f"{place}file/").status_code == 404
    assert AuditEntry.objects.filter(action="export").count() == 1


def test_dates_are_iso_or_the_readers(page: Any, sara: Any, deal: Any) -> None:
    from datetime import date

    deal("Pump", close_date=date(2026, 11, 23))
    client = page(sara)
    client.cookies["django_language"] = "fa"
    for dates in ("iso", "calendar"):
        text = client.get(f"/deals/export/?format=csv&columns=close_date&dates={dates}").getvalue().decode()
        assert ("2026-11-23" in text) or (dates == "calendar" and "1405/09/02" in text)


# ── pasted blocks ──
def test_a_block_is_judged_cell_by_cell(page: Any, sara: Any, nima: Any, deal: Any, stages: Any, reza: Any) -> None:
    one, two = deal("One", amount=1), deal("Two", amount=2)
    block = {
        "rows": [str(one.pk), str(two.pk)], "fields": ["amount", "stage", "owner"],
        "cells": [["€1,250", "Won", nima.name], ["many", "Nowhere", ""]],
    }  # fmt: skip
    client = page(sara)
    judged = client.post("/deals/paste/", {"block": json.dumps(block)}).context["judged"]
    assert (judged.change, [(r.row, r.label) for r in judged.refusals]) == (3, [("Two", "Amount"), ("Two", "Stage")])
    assert Deal.objects.get(pk=one.pk).amount == 1
    done = client.post("/deals/paste/", {"block": json.dumps(block), "do": "act"})
    changed = Deal.objects.get(pk=one.pk)
    assert (changed.amount, changed.stage_id, changed.owner_id) == (1250, stages["won"].pk, nima.pk)
    client.post(undo_of(done))
    assert Deal.objects.get(pk=one.pk).amount == 1
    assert page(reza).post("/deals/paste/", {"block": json.dumps(block)}).status_code == 403
    for bad in (
        "{",
        "[]",
        json.dumps({**block, "fields": ["nonsense", "a", "b"]}),
        json.dumps({**block, "rows": ["x"]}),
    ):
        assert client.post("/deals/paste/", {"block": bad}).status_code == 422


def test_a_block_spares_what_is_not_ones_own(page: Any, nima: Any, deal: Any) -> None:
    mine, other = deal("Mine", owner=nima), deal("Other")
    block = {"rows": [str(mine.pk), str(other.pk)], "fields": ["next_step"], "cells": [["x"], ["x"]]}
    page(nima).post("/deals/paste/", {"block": json.dumps(block), "do": "act"})
    assert list(Deal.objects.filter(next_step="x")) == [mine]


def test_a_saved_cell_tells_how_it_is_undone(page: Any, sara: Any, deal: Any) -> None:
    pump, client = deal("Pump"), page(sara)
    saved = client.post(f"/deals/{pump.pk}/cell/next_step/", {"next_step": "Call", "was": ""})
    undo = json.loads(saved.headers["HX-Trigger"])["pv:saved"]["undo"]
    client.post(undo)
    assert Deal.objects.get(pk=pump.pk).next_step == ""


# ── how many ──
def test_a_count_is_exact_or_says_about(deal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deal("Pump")
    assert size_of(Deal.objects.all()) == Size(1)
    monkeypatch.setattr("kernel.query.counting.COST", 0)
    assert not size_of(Deal.objects.all()).exact
    assert [rounded(n) for n in (0, 7, 99, 1234, 987_654)] == [0, 7, 99, 1200, 990_000]


def test_what_a_page_tries_to_count() -> None:
    assert worth_trying(100_000, 5_000)
    assert worth_trying(5_000, 20_000)
    assert not worth_trying(300_000, 13_000)
    assert not worth_trying(10, 90_000)


def test_a_slow_count_is_broken_off_and_the_page_goes_on(deal: Any) -> None:
    from django.db import connection
    from django.db.models import F, Func, IntegerField

    deal("Pump")
    slow = Deal.objects.annotate(
        s=Func(F("version"), template="(SELECT 1 FROM pg_sleep(2))", output_field=IntegerField())
    )
    assert size_of(slow.filter(s=1), budget_ms=50).exact is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone()[0] in ("0", connection.settings_dict.get("OPTIONS", {}).get("timeout", "0"))
    assert Deal.objects.count() == 1


def test_the_list_says_about_and_counts_exactly_when_asked(
    page: Any, sara: Any, deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal("Pump", amount=5)
    monkeypatch.setattr("kernel.query.counting.CHEAP", 0)
    monkeypatch.setattr("kernel.query.counting.worth_trying", lambda rows, cost: False)
    monkeypatch.setattr("kernel.query.counting.planned", lambda rows: (0, 1.0))
    monkeypatch.setattr("crm.pages.found.planned", lambda rows: (0, 1.0))
    client = page(sara)
    shown = client.get("/deals/")
    assert "list-size" not in shown.content.decode()  # not worth being asked again
    assert (shown.context["table"].about, shown.context["table"].count) == (True, 1)  # as many as one sees
    assert "about" in shown.content.decode()
    exact = client.get(shown.context["exact_url"]).context["table"]
    assert (exact.about, exact.count) == (False, 1)


def test_a_list_does_not_wait_for_its_count_and_asks_for_it_once_it_stands(
    page: Any, sara: Any, olga: Any, client_for: Any, other_tenant: Any, deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal("Pump", amount=5)
    deal("Valve", amount=7)
    monkeypatch.setattr("kernel.query.counting.CHEAP", 0)
    monkeypatch.setattr("kernel.query.counting.planned", lambda rows: (0, 1.0))
    client = page(sara)
    first = client.get("/deals/?q=pump").content.decode()
    assert 'id="list-size"' in first
    assert "about" in first
    asks = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "list-size"}
    answer = client.get("/deals/?q=pump&shown=1", **asks).content.decode()
    assert '<span class="count num" id="list-count" hx-swap-oob="true">1</span>' in answer
    assert "1 of 1" in answer
    assert '<tfoot id="list-totals"' in answer
    assert "5" in answer.partition("<tfoot")[2]
    assert client.get("/deals/?shown=x", **asks).status_code == 200
    theirs = client_for(olga, other_tenant).get("/deals/", **asks).content.decode()
    assert 'id="list-count" hx-swap-oob="true">0<' in theirs
    monkeypatch.setattr("crm.pages.table.quickly", lambda rows, read, budget_ms: (None, 0))
    assert client.get("/deals/", **asks).status_code == 204  # it stays at "about"


# ── the API of views ──
def test_views_over_the_api(
    api_for: Any, sara: Any, reza: Any, olga: Any, tenant: Any, other_tenant: Any, deal: Any, page: Any
) -> None:
    def ask(who: Any, where: Any, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body)
        return api_for(who, where).generic(method, f"/api/v1/{path}", content, content_type="application/json")

    body = {"entity": "deal", "name": "Big", "shared": "all", "params": {"f": '["amount","gte","10"]', "mode": "chart"}}
    made = ask(sara, tenant, "POST", "views/", body)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert page(sara).get(f"/deals/?view={pk}").context["setting"].current.name == "Big"
    assert [v["id"] for v in ask(reza, tenant, "GET", "views/?entity=deal").json()["results"]] == [pk]
    assert ask(reza, tenant, "PATCH", f"views/{pk}/", {"name": "Mine"}).status_code == 403
    assert ask(sara, tenant, "PATCH", f"views/{pk}/", {"name": "Bigger", "shared": ""}).json()["shared"] == ""
    assert ask(reza, tenant, "GET", f"views/{pk}/").status_code == 404
    for method in ("GET", "PATCH", "DELETE"):
        assert ask(olga, other_tenant, method, f"views/{pk}/", {}).status_code == 404
    for bad in ({"params": {"f": "{"}}, {"params": {"filters": {"colour": ["x"]}}}, {"entity": "nothing"}, {"name": ""},
                {"shared": "x"}, {"params": 3}, {"params": {"mode": "map"}}):  # fmt: skip
        assert ask(sara, tenant, "POST", "views/", {**body, **bad}).status_code == 422, bad
    assert ask(sara, tenant, "DELETE", f"views/{pk}/").status_code == 204
    assert not SavedView.objects.exists()
    acts = AuditEntry.objects.filter(entity="deal", action__startswith="view_").order_by("id")
    assert list(acts.values_list("action", flat=True)) == ["view_saved", "view_changed", "view_deleted"]


def test_the_api_takes_the_same_tree(api_for: Any, sara: Any, tenant: Any, deal: Any, account: Any) -> None:
    deal("Pump", amount=20, account=account("A", city="Qom"))
    deal("Valve", amount=1)
    client = api_for(sara, tenant)
    found = client.get("/api/v1/deals/", {"f": '{"not":[["account.city","eq","Qom"]]}'}).json()
    assert [r["name"] for r in found["results"]] == ["Valve"]
    assert client.get("/api/v1/deals/", {"f": "{"}).status_code == 422


# ── deleting all that match ──
def test_all_that_match_go_after_a_look_and_come_back_by_one_undo(page: Any, sara: Any, nima: Any, deal: Any) -> None:
    for n in range(3):
        deal(f"Pump {n}", owner=nima if n else sara)
    deal("Valve", owner=nima)
    client = page(sara)
    bar = client.get("/deals/?name__contains=pump").content.decode()
    assert "act=delete" not in bar, "all of them are on the page already"
    asked = {"act": "delete", "everything": "1", "state": "name__contains=pump"}
    plan = client.get("/deals/bulk/", asked).context["plan"]
    assert (plan.change, plan.refused, plan.as_job) == (3, 0, False)
    assert [example.title for example in plan.examples] == ["Pump 0", "Pump 1", "Pump 2"]
    assert Deal.objects.filter(deleted_at=None).count() == 4
    done = client.post("/deals/bulk/", {**asked, "do": "act"})
    assert [d.name for d in Deal.objects.filter(deleted_at=None)] == ["Valve"]
    client.post(undo_of(done))
    assert Deal.objects.filter(deleted_at=None).count() == 4
    # a member sees and deletes her own only
    plan = page(nima).get("/deals/bulk/", asked).context["plan"]
    assert (plan.change, plan.refused) == (2, 0)


def test_the_bar_hands_the_filters_on(page: Any, sara: Any, deal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.pages.table.SIZE", 2)
    monkeypatch.setattr(table.draw_table, "__kwdefaults__", {"size": 2})
    for n in range(3):
        deal(f"Pump {n}")
    html = page(sara).get("/deals/?name__contains=pump&sort=name").content.decode()
    for act in ("edit", "assign", "delete&amp;everything=1"):
        assert f"act={act}&amp;state=name__contains%3Dpump%26sort%3Dname" in html, act


def test_a_large_deletion_is_a_job_undone_as_a_whole(
    page: Any, sara: Any, deal: Any, monkeypatch: pytest.MonkeyPatch, client_for: Any, olga: Any, other_tenant: Any
) -> None:
    for n in range(5):
        deal(f"Pump {n}")
    deal("Valve")
    monkeypatch.setattr("crm.pages.bulk_delete.DIRECT", 3)
    monkeypatch.setattr(bulk_plan, "DIRECT", 3)
    monkeypatch.setattr(bulk_job, "STEP", 2)
    client = page(sara)
    asked = {"act": "delete", "everything": "1", "state": "name__contains=pump"}
    assert client.get("/deals/bulk/", asked).context["plan"].as_job
    place = client.post("/deals/bulk/", {**asked, "do": "act"}).headers["HX-Redirect"]
    assert client_for(olga, other_tenant).get(place).status_code == 404
    deal("Valve of another pump", owner=sara)
    run_job(Job.objects.get(kind=bulk_job.DELETE).pk)
    assert {d.name for d in Deal.objects.filter(deleted_at=None)} == {"Valve", "Valve of another pump"}
    context = client.get(place).context
    assert (context["result"]["changed"], context["may_undo"]) == (5, True)
    monkeypatch.setattr("crm.pages.undo.DIRECT", 3)
    back = client.post(f"/undo/{context['batch']}/").headers["HX-Redirect"]
    run_job(back.strip("/").rpartition("/")[2])
    assert Deal.objects.filter(deleted_at=None).count() == 7


def test_who_may_not_delete_is_refused(page: Any, reza: Any, deal: Any) -> None:
    deal("Pump")
    asked = {"act": "delete", "everything": "1", "state": ""}
    assert page(reza).get("/deals/bulk/", asked).status_code == 403
    assert page(reza).post("/deals/bulk/", {**asked, "do": "act"}).status_code == 403
    assert Deal.objects.filter(deleted_at=None).count() == 1
