"""The audit as a file: at once where it is short, by a job where it is long, and whole in either case."""

import csv
import io
from typing import Any

import pytest
from django.utils.translation import override

from crm.audit import export
from crm.audit.lines import lines_of
from crm.pages.bulk_job import AUDIT_EXPORT
from kernel import jobs
from kernel.access import system_actor
from kernel.audit import record_act
from kernel.models import AuditEntry, Job
from kernel.records import create_record
from kernel.registry import registry

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("Robot")
URL = "/settings/audit/export/"
LINES = 7


@pytest.fixture
def long(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lines than are written at once, read in several steps."""
    for n in range(LINES):
        record_act("changed", actor=SYSTEM, label=f"line {n}")
    monkeypatch.setattr(export, "_CHUNK", 2)
    monkeypatch.setattr("crm.audit.views.DIRECT", 3)


def rows_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_a_long_one_is_written_by_a_job_to_the_last_line(client_for: Any, tenant: Any, sara: Any, long: None) -> None:
    client = client_for(sara, tenant)
    place = client.get(f"{URL}?action=changed").url
    record_act("changed", actor=SYSTEM, label="came later")
    assert client.get(f"{place}file/").status_code == 404
    assert not AuditEntry.objects.filter(action="audit_export").exists(), "nothing has been taken yet"
    job = Job.objects.get(kind=AUDIT_EXPORT)
    assert job.total == LINES
    jobs.run_job(job.pk)
    assert client.get(place).context["has_file"]
    rows = rows_of(client.get(f"{place}file/"))
    assert [row["Record"] for row in rows] == [f"line {n}" for n in reversed(range(LINES))]
    told = AuditEntry.objects.get(action="audit_export")
    assert (told.actor_id, told.changes["lines"]) == (sara.pk, [None, LINES])
    assert told.changes["query"] == [None, "action=changed"]


def test_it_stops_when_asked_and_is_whole_when_gone_on_with(
    client_for: Any, tenant: Any, sara: Any, long: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(sara, tenant)
    place = client.get(f"{URL}?action=changed").url
    job = Job.objects.get(kind=AUDIT_EXPORT)
    real = lines_of

    def asked_to_stop(*given: Any, **more: Any) -> Any:
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        return real(*given, **more)

    monkeypatch.setattr(export, "lines_of", asked_to_stop)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.CANCELLED, 0), "it stops at its next step, not at its end"
    assert client.get(f"{place}file/").status_code == 404
    assert not AuditEntry.objects.filter(action="audit_export").exists()
    monkeypatch.setattr(export, "lines_of", real)
    going = client.post(place, {"do": "resume"}).url
    jobs.run_due()
    assert len(rows_of(client.get(f"{going}file/"))) == LINES


def test_a_killed_worker_leaves_no_half_a_file_and_the_next_one_writes_it_whole(
    client_for: Any, tenant: Any, sara: Any, long: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(sara, tenant)
    place = client.get(f"{URL}?action=changed").url
    real, reads = lines_of, iter(range(LINES))

    def killed(*given: Any, **more: Any) -> Any:
        if next(reads) == 2:
            raise SystemExit
        return real(*given, **more)

    monkeypatch.setattr(export, "lines_of", killed)
    with pytest.raises(SystemExit):
        jobs.run_due()
    assert Job.objects.get(kind=AUDIT_EXPORT).done == 4
    assert client.get(f"{place}file/").status_code == 404
    monkeypatch.setattr(export, "lines_of", real)
    Job.objects.update(leased_until=None, state=Job.State.WAITING)
    jobs.run_due()
    assert len(rows_of(client.get(f"{place}file/"))) == LINES
    # Killed behind its last step: it is not said to have been taken twice.
    Job.objects.filter(kind=AUDIT_EXPORT).update(state=Job.State.WAITING)
    jobs.run_due()
    assert AuditEntry.objects.filter(action="audit_export").count() == 1


def test_the_file_is_for_whoever_asked_for_it_and_may_still_have_it(
    client_for: Any, tenant: Any, other_tenant: Any, sara: Any, mina: Any, olga: Any, long: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client = client_for(sara, tenant)
    place = client.get(f"{URL}?action=changed").url
    jobs.run_due()
    for person, where in ((mina, tenant), (olga, other_tenant)):
        assert client_for(person, where).get(place).status_code == 404
        assert client_for(person, where).get(f"{place}file/").status_code == 404
    type(sara).objects.filter(pk=sara.pk).update(role=mina.role)
    assert client_for(sara, tenant).get(f"{place}file/").status_code == 403


def test_it_is_written_in_the_language_it_was_asked_in(client_for: Any, tenant: Any, sara: Any, long: None) -> None:
    type(sara).objects.filter(pk=sara.pk).update(language="fa")
    client = client_for(sara, tenant)
    place = client.get(f"{URL}?action=changed").url
    with override("en"):
        jobs.run_due()
    assert rows_of(client.get(f"{place}file/"))[0]["کار"] == "تغییر"


def test_a_short_one_comes_at_once(client_for: Any, tenant: Any, sara: Any, long: None) -> None:
    create_record("account", actor=SYSTEM, values={"name": "Zagros Co", "owner": sara})
    rows = rows_of(client_for(sara, tenant).get(f"{URL}?entity=account"))
    assert {row["Record"] for row in rows} == {"Zagros Co"}
    assert not Job.objects.filter(kind=AUDIT_EXPORT).exists()


def test_a_workspace_that_is_read_only_still_lets_its_audit_go() -> None:
    assert AUDIT_EXPORT in registry.reading_jobs()
