"""Tagging what was ticked, or all that the filters let through: previewed, done, as a job where it is much, undone."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Tag, Tagging
from crm.pages import bulk_job, bulk_plan
from crm.services.tags import add_tag, tag_named
from identity.models import Role
from kernel.access import system_actor
from kernel.jobs import run_job
from kernel.models import AuditEntry, Job
from kernel.registry import registry

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
EVERYTHING = {"everything": "1", "state": "name__contains=pump"}


@pytest.fixture
def hot(tenant: Any) -> Tag:
    return tag_named("new:hot", actor=SYSTEM)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than three are a job of steps of two."""
    for module in (bulk_plan, "crm.pages.bulk_tags", "crm.pages.undo"):
        monkeypatch.setattr(f"{getattr(module, '__name__', module)}.DIRECT", 3)
    monkeypatch.setattr(bulk_job, "STEP", 2)


def undo_of(response: Any) -> str:
    return str(json.loads(response.headers["HX-Trigger"])["toast"]["undo"])


def tagged(tag: Tag) -> int:
    return Tagging.objects.filter(tag=tag).count()


def test_all_that_match_are_tagged_after_a_look_and_taken_back(page: Any, sara: Any, deal: Any, hot: Tag) -> None:
    made, client = [deal(f"Pump {n}") for n in range(3)], page(sara)
    deal("Valve")
    add_tag("deal", [made[0].pk], hot.pk, actor=SYSTEM)
    bar = client.get("/deals/?name__contains=pump").content.decode()
    for act in ("tag", "untag"):
        assert f"act={act}&amp;state=name__contains%3Dpump" in bar
    asked = {"act": "tag", "selected": [str(made[1].pk)], "state": EVERYTHING["state"]}
    dialog = client.get("/deals/bulk/", asked)
    assert (dialog.context["total"].number, dialog.context["more"]) == (3, True)
    assert 'name="everything"' in dialog.content.decode()
    data = {**asked, **EVERYTHING, "tag": str(hot.pk)}
    shown = client.post("/deals/bulk/", {**data, "do": "preview"})
    plan = shown.context["plan"]
    assert (plan.change, plan.same, plan.refused) == (2, 1, 0)
    assert [e.changes for e in plan.examples] == [[("Tags", "", "hot")]] * 2
    assert tagged(hot) == 1
    back = client.post("/deals/bulk/", {**data, "do": "back"}).content.decode()
    assert f'value="{hot.pk}"' in back
    assert 'name="everything" value="1" checked' in back
    done = client.post("/deals/bulk/", {**data, "do": "act"})
    assert (tagged(hot), "2 records tagged" in done.headers["HX-Trigger"]) == (3, True)
    client.post(undo_of(done))
    assert tagged(hot) == 1
    # only what was ticked, without the box
    client.post("/deals/bulk/", {**asked, "tag": str(hot.pk), "do": "act"})
    assert tagged(hot) == 2


def test_a_tag_is_taken_off_all_that_match(page: Any, sara: Any, nima: Any, deal: Any, hot: Tag) -> None:
    made = [deal(f"Pump {n}", owner=nima if n else sara) for n in range(3)]
    for one in made[:2]:
        add_tag("deal", [one.pk], hot.pk, actor=SYSTEM)
    client = page(sara)
    data = {"act": "untag", "tag": str(hot.pk), "everything": "1", "state": f"tags={hot.pk}"}
    plan = client.post("/deals/bulk/", {**data, "do": "preview"}).context["plan"]
    assert (plan.change, plan.same, plan.refused) == (2, 0, 0)
    assert [e.changes for e in plan.examples] == [[("Tags", "hot", "")]] * 2
    all_deals = client.post("/deals/bulk/", {**data, "state": "q=", "do": "preview"}).context["plan"]
    assert (all_deals.change, all_deals.same, all_deals.refused) == (2, 1, 0)
    done = client.post("/deals/bulk/", {**data, "do": "act"})
    assert tagged(hot) == 0
    client.post(undo_of(done))
    assert tagged(hot) == 2
    # nothing is made to be taken off
    assert client.post("/deals/bulk/", {**data, "tag": "new:cold"}).status_code == 404
    assert Tag.objects.count() == 1


def test_a_look_makes_no_tag(page: Any, sara: Any, reza: Any, mina: Any, deal: Any) -> None:
    deal("Pump", owner=mina)
    data = {"act": "tag", "tag": "new:cold", **EVERYTHING}
    plan = page(sara).post("/deals/bulk/", {**data, "do": "preview"}).context["plan"]
    assert (plan.change, Tag.objects.count()) == (1, 0)
    assert page(reza).post("/deals/bulk/", data).status_code == 403
    role = Role.objects.get(key="manager")
    role.levels = {**role.levels, "crm.tag.add": "none"}
    role.save()
    for do in ("preview", "act"):
        assert page(mina).post("/deals/bulk/", {**data, "do": do}).status_code == 403
    assert Tag.objects.count() == 0
    page(sara).post("/deals/bulk/", {**data, "do": "act"})
    assert tagged(Tag.objects.get(name="cold")) == 1


def test_what_is_not_ones_own_is_counted_and_left(page: Any, nima: Any, account: Any, hot: Tag) -> None:
    for n in range(3):
        account(f"Pump {n}", **({} if n else {"owner": nima}))
    client, data = page(nima), {"act": "tag", "tag": str(hot.pk), **EVERYTHING}
    plan = client.post("/accounts/bulk/", {**data, "do": "preview"}).context["plan"]
    assert (plan.change, plan.same, plan.refused) == (1, 0, 2)
    done = client.post("/accounts/bulk/", {**data, "do": "act"})
    assert "2 were not yours" in done.headers["HX-Trigger"]
    assert tagged(hot) == 1


@pytest.mark.parametrize("act", ["tag", "untag"])
def test_a_look_asks_no_more_for_more_records(page: Any, sara: Any, deal: Any, hot: Tag, act: str) -> None:
    client, counts = page(sara), []
    data = {"act": act, "tag": str(hot.pk), "do": "preview", **EVERYTHING}
    for more in (1, 1, 2):
        for n in range(more):
            one = deal(f"Pump {more}-{n}")
            add_tag("deal", [one.pk] if act == "untag" else [], hot.pk, actor=SYSTEM)
        with CaptureQueriesContext(connection) as queries:
            assert client.post("/deals/bulk/", data).context["plan"].change
        counts.append(len(queries))
    assert counts[1] == counts[2]  # behind the first, by which the process learns what there is


class Killed(BaseException):
    pass


def test_a_large_tagging_is_a_job_that_outlives_a_kill_and_is_undone(
    page: Any, sara: Any, deal: Any, hot: Tag, small: None, monkeypatch: pytest.MonkeyPatch,
    client_for: Any, olga: Any, other_tenant: Any,
) -> None:  # fmt: skip
    for n in range(5):
        deal(f"Pump {n}")
    deal("Valve")
    client, data = page(sara), {"act": "tag", "tag": str(hot.pk), **EVERYTHING}
    assert client.post("/deals/bulk/", {**data, "do": "preview"}).context["plan"].as_job
    place = client.post("/deals/bulk/", {**data, "do": "act"}).headers["HX-Redirect"]
    job = Job.objects.get(kind=bulk_job.TAG)
    assert "Tagging many records" in client.get(place).content.decode()
    assert client_for(olga, other_tenant).get(place).status_code == 404
    assert client_for(olga, other_tenant).post(place, {"do": "stop"}).status_code == 404

    real, steps = bulk_job._step, iter((True, False))

    def killed(*args: Any) -> bool:
        if not next(steps):
            raise Killed
        return real(*args)

    monkeypatch.setattr(bulk_job, "_step", killed)
    with pytest.raises(Killed):
        run_job(job.pk)
    monkeypatch.setattr(bulk_job, "_step", real)
    job.refresh_from_db()
    assert (tagged(hot), job.done, job.state) == (2, 2, "running")
    deal("Pump that came later")
    Job.objects.filter(pk=job.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    run_job(job.pk)
    context = client.get(place).context
    assert (tagged(hot), context["result"]["changed"], context["may_undo"]) == (5, 5, True)
    lines = AuditEntry.objects.filter(entity="tagging", action="created")
    assert len(set(lines.values_list("batch", flat=True))) == 1
    back = client.post(f"/undo/{context['batch']}/").headers["HX-Redirect"]
    run_job(back.strip("/").rpartition("/")[2])
    assert tagged(hot) == 0


def test_taking_off_stops_and_goes_on_although_records_leave_the_filter(
    page: Any, sara: Any, deal: Any, hot: Tag, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_tag("deal", [deal(f"Pump {n}").pk for n in range(5)], hot.pk, actor=SYSTEM)
    client = page(sara)
    data = {"act": "untag", "tag": str(hot.pk), "everything": "1", "state": f"tags={hot.pk}", "do": "act"}
    place = client.post("/deals/bulk/", data).headers["HX-Redirect"]
    job = Job.objects.get(kind=bulk_job.TAG)
    real = bulk_job._step

    def stop(*args: Any) -> bool:
        going = real(*args)
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        return going

    monkeypatch.setattr(bulk_job, "_step", stop)
    run_job(job.pk)
    monkeypatch.setattr(bulk_job, "_step", real)
    assert tagged(hot) == 3
    going = client.post(place, {"do": "resume"}).url
    run_job(going.strip("/").rpartition("/")[2])
    context = client.get(going).context
    assert (tagged(hot), context["result"]["changed"], context["title"]) == (0, 5, "Taking a tag off many records")


def test_a_tag_that_is_gone_by_then_ends_the_job(page: Any, sara: Any, deal: Any, hot: Tag, small: None) -> None:
    for n in range(4):
        deal(f"Pump {n}")
    client = page(sara)
    place = client.post("/deals/bulk/", {"act": "tag", "tag": str(hot.pk), **EVERYTHING}).headers["HX-Redirect"]
    client.post("/tags/bulk/", {"act": "delete", "selected": [str(hot.pk)]})
    run_job(Job.objects.get(kind=bulk_job.TAG).pk)
    assert "not" in client.get(place).context["job"].error.lower()
    assert not Tagging.objects.exists()


def test_another_workspaces_tag_is_no_tag(page: Any, sara: Any, deal: Any, hot: Tag, client_for: Any, olga: Any,
                                          other_tenant: Any, tenant: Any) -> None:  # fmt: skip
    deal("Pump")
    stranger = client_for(olga, other_tenant)
    for do in ("preview", "act"):
        answer = stranger.post("/deals/bulk/", {"act": "tag", "tag": str(hot.pk), "do": do, **EVERYTHING})
        assert answer.status_code == 404
    assert not Tagging.objects.exists()


@pytest.mark.parametrize("closed", ["crm.tag.view", "crm.tagging.view"])
def test_tags_that_one_may_not_see_are_on_no_page(page: Any, nima: Any, account: Any, closed: str) -> None:
    one = account("Mine", owner=nima)
    add_tag(registry.entity("account"), [one.pk], tag_named("new:Secret", actor=SYSTEM).pk, actor=SYSTEM)
    pages = (f"/accounts/{one.pk}/", "/accounts/?columns=tags", "/accounts/export/?format=csv&columns=name,tags")
    for level, said in (("all", True), ("none", False)):
        role = Role.objects.get(key="member")
        role.levels = {**role.levels, "crm.account.export": "all", closed: level}
        role.save()
        for path in pages:
            answer = page(nima).get(path)
            assert answer.status_code == 200
            text = answer.getvalue() if answer.streaming else answer.content
            assert (b"Secret" in text) is said, path
