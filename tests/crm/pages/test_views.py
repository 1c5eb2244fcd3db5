"""Ways to look at records: trees of filters, groups, calendar, chart, any board, and views that keep them."""

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.customization.services import define_field
from crm.models import SavedView, ViewChoice
from crm.pages import tree_editor
from kernel.calendars.jalali import jalali
from kernel.formats import Locale, use_locale
from kernel.models import AuditEntry
from kernel.registry import registry
from modules.sfa.models import Deal

pytestmark = pytest.mark.django_db
TREE = '{"or":[["name","contains","pump"],{"and":[["account.city","eq","Qom"],["amount","gte","50"]]}]}'


def titles(response: Any) -> list[str]:
    return [row.title for row in response.context["table"].rows]


def tree(text: str) -> str:
    return urlencode({"f": text})


# ── trees ──
def test_a_tree_narrows_the_list_and_reads_as_a_sentence(page: Any, sara: Any, deal: Any, account: Any) -> None:
    qom = account("Q", city="Qom")
    deal("Pump", amount=1)
    deal("Valve", amount=60, account=qom)
    deal("Hose", amount=6, account=qom)
    client = page(sara)
    answer = client.get(f"/deals/?{tree(TREE)}&sort=name")
    assert titles(answer) == ["Pump", "Valve"]
    (chip,) = answer.context["setting"].chips
    assert chip.text == "Name: contains “pump” or (Account › City: Qom and Amount: at least €50)"
    assert titles(client.get(f"/deals/?{chip.remove}&sort=name")) == ["Hose", "Pump", "Valve"]
    wider = json.dumps({"and": [json.loads(TREE), ["amount", "lte", "5"]]})
    both = client.get(f"/deals/?{tree(wider)}&name__contains=u")
    assert titles(both) == ["Pump"]
    first, second = both.context["setting"].chips[1:]
    assert second.text == "Amount: at most €5"
    assert json.loads(both.context["setting"].state.f)["and"]
    assert "pump" not in first.remove


def test_a_broken_tree_is_told_and_not_dropped_in_silence(page: Any, sara: Any, deal: Any) -> None:
    deal("Pump")
    for text in ("{", '["nothing","eq","1"]', '["account.secret","eq","1"]'):
        answer = page(sara).get(f"/deals/?{tree(text)}")
        assert 'role="alert"' in answer.content.decode()


def test_related_records_count_only_if_they_may_be_seen(page: Any, nima: Any, deal: Any, account: Any) -> None:
    from identity.models import Role

    deal("Pump", owner=nima, account=account("Hidden", city="Qom"))
    text = tree('["account.city","eq","Qom"]')
    assert titles(page(nima).get(f"/deals/?{text}")) == ["Pump"]
    Role.objects.filter(pk=nima.role_id).update(
        levels={**nima.role.levels, "crm.account.view": "own"}, is_builtin=False
    )
    assert titles(page(nima).get(f"/deals/?{text}")) == []


def test_the_editor_builds_a_tree_step_by_step(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    client = page(sara)
    opened = client.get("/deals/filter/tree/", {"state": "q=x", "mode": "list"})
    assert opened.status_code == 200
    form = {
        "state": "q=x", "mode": "list", "k.": "g", "join.": "and", "k.0": "c", "field.0": "amount", "was.0": "amount",
        "op.0": "gte", "v.0": "10", "k.1": "g", "join.1": "none", "k.1.0": "c", "field.1.0": "account.city",
        "was.1.0": "account.city", "op.1.0": "eq", "v.1.0": "Qom", "k.1.1": "c", "field.1.1": "close_date",
        "was.1.1": "close_date", "op.1.1": "when", "v.1.1": "last_N_days", "n.1.1": "45", "cal.1.1": "jalali",
    }  # fmt: skip
    applied = client.post("/deals/filter/tree/", {**form, "do": "apply"})
    place = applied.headers["HX-Redirect"]
    wanted = {
        "and": [
            ["amount", "gte", "10"],
            {"not": [{"or": [["account.city", "eq", "Qom"], ["close_date", "when", "last_45_days:jalali"]]}]},
        ]
    }
    assert json.loads(client.get(place).context["setting"].state.f) == wanted
    again = tree_editor.root_of(registry.entity("deal"), json.dumps(wanted))
    assert [part.join for part in again.parts] == ["", "none"]
    assert tree_editor.to_raw(again) == wanted
    more = client.post("/deals/filter/tree/", {**form, "do": "add:1"})
    assert 'name="field.1.2"' in more.content.decode()
    less = client.post("/deals/filter/tree/", {**form, "do": "drop:1"})
    assert "account.city" not in [line for line in less.content.decode().split('"') if line == "Qom"]
    refused = client.post("/deals/filter/tree/", {**form, "v.0": "many", "do": "apply"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    fresh = client.post("/deals/filter/tree/", {**form, "field.0": "stage", "do": ""})
    assert 'name="v.0" value="10"' not in fresh.content.decode()


def test_own_fields_do_what_built_in_ones_do(page: Any, sara: Any, actor_for: Any, deal: Any, tenant: Any) -> None:
    from kernel.records import update_record

    actor = actor_for(sara)
    options = {"choices": [{"key": "red", "label": {"en": "Red"}}, {"key": "blue", "label": {"en": "Blue"}}]}
    define_field(actor=actor, entity="deal", name="x_tone", kind="choice", label={"en": "Tone"}, options=options)
    define_field(actor=actor, entity="deal", name="x_weight", kind="integer", label={"en": "Weight"})
    define_field(actor=actor, entity="deal", name="x_visit", kind="date", label={"en": "Visit"})
    define_field(actor=actor, entity="account", name="x_size", kind="integer", label={"en": "Size"})
    pump, _valve = deal("Pump"), deal("Valve")
    values = {"x_tone": "red", "x_weight": 5, "x_visit": date(2026, 11, 20)}
    update_record("deal", pump.pk, actor=actor, values=values)
    client = page(sara)
    heavy, not_red, large = '["x_weight","gte","5"]', '{"not":[["x_tone","in","red"]]}', '["account.x_size","gte","5"]'
    assert titles(client.get(f"/deals/?{tree(heavy)}")) == ["Pump"]
    assert titles(client.get(f"/deals/?{tree(not_red)}")) == ["Valve"]
    assert client.get(f"/deals/?{tree(large)}").context["setting"].problems == []
    grouped = client.get("/deals/?by=x_tone&columns=x_weight").context["table"]
    assert [(g.label, g.count) for g in grouped.groups] == [("Red", 1), ("empty", 1)]
    assert grouped.groups[0].totals == ["5"]
    assert titles(client.get("/deals/?by=x_visit:month"))
    assert client.get("/deals/board/?lane=x_tone").context["lanes"][0].count == 1
    assert client.get("/deals/calendar/?on=x_visit&at=2026-11-20").context["count"] == 1
    chart = client.get("/deals/chart/?by=x_tone&measure=avg:x_weight").context
    assert [p.text for p in chart["points"]] == ["5", "—"]
    csv = client.get("/deals/export/?format=csv&columns=x_weight,x_tone").getvalue().decode()
    assert "Pump,5,Red" in csv


# ── groups ──
def test_groups_have_counts_sums_and_further_rows(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    for n in range(13):
        deal(f"Pump {n:02}", amount=10)
    deal("Won", stage="won", amount=7)
    client = page(sara)
    answer = client.get("/deals/?by=stage&columns=amount,owner&sort=name")
    table = answer.context["table"]
    assert [(g.label, g.count, g.totals[0], len(g.rows)) for g in table.groups] == [
        ("Prospecting", 13, "€130", 10), ("Won", 1, "€7", 1),
    ]  # fmt: skip
    assert table.count == 14
    assert table.columns[1].total == "€137"
    more = client.get(table.groups[0].more_url)
    assert [row.title for row in more.context["rows"]] == ["Pump 10", "Pump 11", "Pump 12"]
    assert titles(client.get(table.groups[1].list_url)) == ["Won"]
    assert client.get("/deals/rows/?by=stage&in=nonsense").status_code == 404
    assert client.get("/deals/rows/?in=1").status_code == 404


def test_groups_of_dates_are_the_readers_months(page: Any, sara: Any, deal: Any) -> None:
    from crm.pages.bucket_parts import By
    from crm.pages.buckets import bucket_condition, gather
    from crm.pages.labels import Labels

    kind = registry.entity("deal")
    by = By(kind.field("close_date"), "month")
    for day in (1, 29, 30):
        deal(f"P{day}", close_date=jalali.to_date(1405, 8, day))
    deal("Next", close_date=jalali.to_date(1405, 9, 1))
    deal("Never")
    with use_locale(Locale.default("fa")):
        gathered = gather(kind, kind.records(), by, Labels(Any))  # type: ignore[arg-type]  # dates ask for no names
        assert [(b.label, b.count) for b in gathered.buckets[:2]] == [("آبان ۱۴۰۵", 3), ("آذر ۱۴۰۵", 1)]
        for bucket in gathered.buckets:
            condition = bucket_condition(by, bucket.key)
            assert condition is not None
            assert kind.records().filter(condition).count() == bucket.count


# ── calendar, chart, board ──
def test_the_calendar_shows_days_and_moves_records(page: Any, sara: Any, deal: Any, reza: Any) -> None:
    today = timezone.now().date()
    pump = deal("Pump", close_date=today)
    for n in range(6):
        deal(f"More {n}", close_date=today)
    client = page(sara)
    month = client.get("/deals/calendar/").context
    day = next(d for week in month["weeks"] for d in week if d.day == today)
    assert (day.count, len(day.events), day.more) == (7, 4, 3)
    assert client.get(day.list_url).context["table"].count == 7
    for span in ("week", "agenda"):
        assert client.get(f"/deals/calendar/?span={span}").context["count"] == 7
    there = today + timedelta(days=3)
    answer = client.post("/deals/calendar/move/", {"record": str(pump.pk), "day": there.isoformat()})
    assert Deal.objects.get(pk=pump.pk).close_date == there
    client.post(json.loads(answer.headers["HX-Trigger"])["toast"]["undo"])
    assert Deal.objects.get(pk=pump.pk).close_date == today
    bad = client.post("/deals/calendar/move/", {"record": str(pump.pk), "day": "soon"})
    assert bad.status_code == 422
    assert page(reza).post("/deals/calendar/move/", {"record": str(pump.pk), "day": "2026-01-01"}).status_code == 403
    fixed = client.post("/deals/calendar/move/?on=created_at", {"record": str(pump.pk), "day": "2026-01-01"})
    assert fixed.status_code == 422


def test_holidays_and_weeks_are_the_locales(page: Any, sara: Any, deal: Any) -> None:
    from crm.pages.calendar import _days

    with use_locale(Locale.default("fa")):
        _first, _last, days = _days("month", jalali.to_date(1405, 1, 13))
        assert days[0].day.weekday() == 5
        assert [str(d.holiday) for d in days if d.inside][12] == "Nature Day"
        assert all(d.free for d in days if d.day.weekday() == 4)
    with use_locale(Locale.default("en")):
        assert _days("month", date(2026, 11, 5))[2][0].day == date(2026, 10, 26)


def test_a_chart_counts_what_the_list_shows(page: Any, sara: Any, deal: Any, stages: Any) -> None:
    deal("A", amount=10)
    deal("B", amount=20)
    deal("C", stage="won", amount=5, currency="USD")
    client = page(sara)
    chart = client.get("/deals/chart/").context
    assert [(p.label, p.text) for p in chart["points"]] == [("Prospecting", "2"), ("Won", "1")]
    assert len(titles(client.get(chart["points"][0].url))) == 2
    summed = client.get("/deals/chart/?measure=sum:amount&by=stage").context
    assert summed["points"][0].text == "€30"
    assert summed["left_out"] == ["USD"]
    for shape in ("bar", "line", "share"):
        assert "<svg" in client.get(f"/deals/chart/?shape={shape}").content.decode()
    assert client.get("/deals/chart/?by=nonsense&measure=sum:name").context["points"]


def test_a_board_by_any_choice_or_relation(page: Any, sara: Any, nima: Any, deal: Any, account: Any) -> None:
    pump = deal("Pump", owner=nima)
    account("House", sector="")
    client = page(sara)
    lanes = {lane.label: lane.count for lane in client.get("/deals/board/?lane=owner").context["lanes"]}
    assert lanes == {str(nima): 1, "empty": 0}
    query = "lane=owner"
    client.post(f"/deals/board/move/?{query}", {"record": str(pump.pk), "lane": "-", "from": str(nima.pk)})
    assert Deal.objects.get(pk=pump.pk).owner_id is None
    assert client.get("/accounts/board/").status_code == 200
    assert client.get("/accounts/board/?lane=owner").status_code == 200


# ── views ──
def test_views_are_shared_with_teams_pinned_and_first_for_all(
    page: Any, sara: Any, mina: Any, nima: Any, deal: Any
) -> None:
    deal("Pump", amount=5000)
    client = page(sara)
    team = str(nima.team_id)
    made = client.post(
        "/deals/views/", {"do": "save", "name": "Chart", "state": "by=stage", "mode": "chart", "shared": team}
    )
    assert made.url.startswith("/deals/chart/?view=")
    pk = made.url.partition("view=")[2]
    names = [v.name for v in page(nima).get("/deals/").context["setting"].views]
    assert names == ["Chart"]
    copy = page(nima).post("/deals/views/", {"do": "duplicate", "state": f"view={pk}"})
    assert SavedView.objects.get(pk=copy.url.partition("view=")[2]).user_id == nima.pk
    assert page(nima).post("/deals/views/", {"do": "org_default", "state": f"view={pk}"}).status_code == 403
    client.post("/deals/views/", {"do": "org_default", "state": f"view={pk}"})
    assert page(mina).get("/deals/").context["setting"].current.name == "Chart"
    page(mina).post("/deals/views/", {"do": "undefault", "state": f"view={pk}"})
    assert page(mina).get("/deals/").context["setting"].current is None
    client.post("/deals/views/", {"do": "unpin", "state": f"view={pk}"})
    frame = client.get("/deals/?view=all").context
    assert [t.label for t in frame["hidden_tabs"]] == ["Chart"]
    client.post("/deals/views/", {"do": "pin", "state": f"view={pk}"})
    second = client.post("/deals/views/", {"do": "save", "name": "Second", "state": "q=p"}).url.partition("view=")[2]
    client.post("/deals/views/", {"do": "earlier", "state": f"view={second}"})
    assert [t.label for t in client.get("/deals/?view=all").context["tabs"]] == ["Second", "Chart"]
    acts = AuditEntry.objects.filter(entity="deal", action__startswith="view_").values_list("action", flat=True)
    assert {"view_saved", "view_default"} <= set(acts)


def test_a_view_of_another_way_opens_as_a_page_of_its_own(page: Any, sara: Any, deal: Any) -> None:
    """What a calendar looks like is told by a sheet that the list's page does not have."""
    deal("Pump", amount=5000)
    client = page(sara)
    for name, mode in (("Weeks", "calendar"), ("Rows", "list")):
        made = client.post("/deals/views/", {"do": "save", "name": name, "state": "q=p", "mode": mode})
        assert made.url.startswith(f"/deals/{'calendar/' if mode == 'calendar' else ''}?view=")
    frame = client.get("/deals/?view=all")
    weeks, rows = frame.context["tabs"]
    assert (weeks.elsewhere, rows.elsewhere) == (True, False)
    assert f'<a href="{weeks.url}" hx-boost="false">' in frame.content.decode()
    assert f'<a href="{rows.url}">' in frame.content.decode()
    pk = weeks.url.partition("view=")[2]
    for path, elsewhere in (("/deals/", True), ("/deals/calendar/", False)):
        assert client.get(f"{path}?view={pk}&q=pu").context["discard_elsewhere"] is elsewhere
    sheet = re.compile(r'<link rel="stylesheet" href="[^"]*/views-[^"]*\.css">')
    for way in ("", "board/", "calendar/", "chart/"):
        assert bool(sheet.search(client.get(f"/deals/{way}?view=all").content.decode())) is bool(way)


def test_a_changed_view_can_lose_its_last_filter(page: Any, sara: Any, deal: Any) -> None:
    deal("Pump", amount=5000)
    deal("Valve", amount=5)
    client = page(sara)
    made = client.post("/deals/views/", {"do": "save", "name": "Big", "state": "amount__gte=1000"})
    shown = client.get(made.url)
    (chip,) = shown.context["setting"].chips
    without = client.get(f"/deals/?{chip.remove}")
    assert len(titles(without)) == 2
    assert without.context["setting"].changed
    assert without.context["mine"]


def test_widths_are_kept_for_the_person_and_the_view(page: Any, sara: Any, mina: Any, deal: Any) -> None:
    deal("Pump")
    client = page(sara)
    client.post("/deals/columns/width/", {"state": "", "column": ["amount", "nonsense"], "width": ["200", "5"]})
    assert ViewChoice.objects.get(user=sara).params["widths"] == {"all": {"amount": 200}}
    assert next(c.width for c in client.get("/deals/").context["table"].columns if c.field.name == "amount") == 200
    assert page(mina).get("/deals/").context["table"].width == 0
    client.post("/deals/columns/width/", {"state": "", "reset": "1"})
    assert client.get("/deals/").context["table"].width == 0


NEW_PAGES = (
    "/deals/?by=stage", "/deals/?by=close_date:quarter", "/deals/?by=account", "/deals/calendar/",
    "/deals/calendar/?span=agenda",
    "/deals/calendar/?span=week&on=created_at", "/deals/chart/", "/deals/chart/?by=account&measure=avg:amount",
    "/deals/board/?lane=account", "/deals/board/?lane=owner", f"/deals/?{tree(TREE)}", "/deals/filter/tree/",
    "/api/v1/views/", "/deals/export/?format=csv&by=stage",
)  # fmt: skip


@pytest.mark.parametrize("url", NEW_PAGES)
def test_queries_do_not_grow_with_rows(url: str, page: Any, sara: Any, deal: Any, account: Any) -> None:
    from tests.crm.pages.test_constant import rows

    client = page(sara)
    rows(deal, account, sara, 1, 0)
    counted(client, url)
    first = counted(client, url)
    rows(deal, account, sara, 2, 1)
    assert counted(client, url) <= first


def counted(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
        response.getvalue()
    assert response.status_code == 200, url
    return len([q for q in asked if "set_config" not in q["sql"]])


def test_strangers_and_outsiders_get_nothing(
    page: Any, client_for: Any, olga: Any, other_tenant: Any, deal: Any, sara: Any
) -> None:
    pump = deal("Pump", close_date=timezone.now().date())
    made = page(sara).post("/deals/views/", {"do": "save", "name": "Mine", "state": "q=p", "shared": "all"})
    view = made.url.partition("view=")[2]
    for path in ("calendar/", "chart/", "board/?lane=owner", "?by=stage", "rows/?by=stage&in=-", "filter/tree/"):
        assert page(None).get(f"/deals/{path}").url.startswith("/auth/login/")
        text = client_for(olga, other_tenant).get(f"/deals/{path}").content.decode()
        assert "Pump" not in text, path
    outsider = client_for(olga, other_tenant)
    assert outsider.get(f"/deals/?view={view}").context["setting"].current is None
    assert outsider.post("/deals/calendar/move/", {"record": str(pump.pk), "day": "2026-01-01"}).status_code == 404
    block = json.dumps({"rows": [str(pump.pk)], "fields": ["next_step"], "cells": [["x"]]})
    outsider.post("/deals/paste/", {"block": block, "do": "act"})
    assert Deal.objects.get(pk=pump.pk).next_step == ""
