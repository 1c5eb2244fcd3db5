"""Checking the audit by a job, and keeping it as long as the policy says."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.audit.check import last_check, open_check, start_check
from kernel import sealing
from kernel.access import system_actor
from kernel.audit import record_act
from kernel.errors import Denied, Invalid
from kernel.ids import uuid7_floor
from kernel.jobs import run_job
from kernel.models import AuditEntry, AuditSeal, Job
from kernel.sealing import verify
from tenants.audit.policy import change_audit_policy, current_policy, limit_of
from tenants.audit.removal import start_removal
from tenants.selectors import current_organization, organizations_with_policy

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("Robot")
URL = "/settings/audit/"


@pytest.fixture(autouse=True)
def _written(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "WINDOW", timedelta())
    AuditEntry.objects.all().delete()
    for n in range(4):
        record_act("changed", actor=SYSTEM, label=f"line {n}")
        record_act("sign_in", actor=SYSTEM, label=f"line {n}")


def check(actor: Any = SYSTEM) -> dict[str, Any]:
    job = start_check(actor=actor)
    assert open_check() == job
    assert start_check(actor=actor) == job
    assert run_job(job.pk)
    done = last_check()
    assert done is not None
    return dict(done.result)


def test_a_whole_one_is_said_to_be_whole(client_for: Any, tenant: Any, sara: Any) -> None:
    client = client_for(sara, tenant)
    assert "Not checked yet" in client.get(URL).content.decode()
    assert client.post(f"{URL}check/").status_code == 302
    job = open_check()
    assert job is not None
    assert "progressbar" in client.get(f"{URL}check/{job.pk}/").content.decode()
    assert run_job(job.pk)
    assert client.get(f"{URL}check/{job.pk}/")["HX-Redirect"] == URL
    page = client.get(URL).content.decode()
    assert "Intact" in page
    assert "9 lines" in page  # the client's sign-in among them
    act = AuditEntry.objects.get(action="audit_checked")
    assert (act.actor_id, act.changes["faults"]) == (sara.pk, [None, 0])


def test_a_broken_one_names_what_is_broken(client_for: Any, tenant: Any, sara: Any) -> None:
    sealing.seal_lines()
    first = AuditSeal.objects.get(number=1).ids[2]
    AuditEntry.objects.filter(pk=first).update(record_label="another")
    assert [(fault["kind"], fault["seq"]) for fault in check()["faults"]] == [("altered", 3)]
    page = client_for(sara, tenant).get(URL).content.decode()
    assert "Broken" in page
    assert "Line 3 was altered" in page


def test_a_chain_cut_off_since_the_last_check_shows(tenant: Any) -> None:
    check()
    AuditEntry.objects.filter(pk__in=AuditSeal.objects.latest("number").ids).delete()
    AuditSeal.objects.all().delete()
    assert [fault["kind"] for fault in check()["faults"]] == ["cut"]


def test_a_line_put_in_is_told_once_and_sealed_as_late(tenant: Any) -> None:
    check()
    pk = uuid7_floor(timezone.now() - timedelta(days=3))
    AuditEntry.objects.bulk_create([AuditEntry(pk=pk, actor_label="Forger", source="web", action="changed")])
    assert [fault["kind"] for fault in check()["faults"]] == ["inserted"]
    again = check()
    assert (again["faults"], again["late"]) == ([], 1)


def test_another_ones_job_is_not_found(client_for: Any, tenant: Any, sara: Any) -> None:
    job = Job.objects.create(kind="crm.import", payload={})
    client = client_for(sara, tenant)
    assert client.get(f"{URL}check/{job.pk}/").status_code == 404
    assert client.post(f"{URL}check/{job.pk}/stop/").status_code == 404


def aged(months: int) -> None:
    """As if the lines had been written and sealed so long ago."""
    then = timezone.now() - timedelta(days=31 * months)
    AuditEntry.objects.all().update(at=then)
    sealing.seal_lines()
    for seal in AuditSeal.objects.order_by("number"):
        seal.sealed_at = then
        seal.link = sealing.chain.seal_hash(seal)
        seal.signature = sealing.chain.sign(seal.link)
        seal.save()


def removed() -> int:
    if not start_removal():
        return 0
    job = Job.objects.filter(kind="tenants.audit_removal").latest("id")
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    return int(job.result["lines"])


def keep(tenant: Any, actor: Any, **months: int) -> Any:
    """Decide, and be in the workspace as it is from then on."""
    change_audit_policy(actor=actor, keep=months, opened=())
    return current_organization().as_tenant()


def test_what_is_too_old_goes_and_the_rest_can_still_be_checked(tenant: Any) -> None:
    from kernel.context import tenant_context

    aged(7)
    record_act("sign_in", actor=SYSTEM, label="lately")
    assert removed() == 0
    with tenant_context(keep(tenant, SYSTEM, sign_ins=6)):
        assert removed() == 4
        assert removed() == 0
        assert set(AuditEntry.objects.filter(action="sign_in").values_list("record_label", flat=True)) == {"lately"}
        assert AuditEntry.objects.filter(action="changed").count() == 4
        result = check()
        assert (result["faults"], result["gone"]) == ([], 4)
        with tenant_context(keep(tenant, SYSTEM, changes=6, sign_ins=6)):
            assert removed() == 4
            result = check()
            assert (result["faults"], result["gone"]) == ([], 8)
    act = AuditEntry.objects.filter(action="audit_removed").latest("id")
    assert act.changes["lines"] == [None, 4]


def test_only_who_may_decides_and_it_is_written_down(
    tenant: Any, client_for: Any, sara: Any, nima: Any, actor_for: Any
) -> None:
    with pytest.raises(Denied):
        change_audit_policy(actor=actor_for(nima), keep={}, opened=())
    with pytest.raises(Invalid):
        change_audit_policy(actor=SYSTEM, keep={"reads": 1}, opened=())
    client = client_for(sara, tenant)
    form = {"keep_changes": "", "keep_sign_ins": "۱۲", "keep_reads": "x", "opened": ["deal", "nobody"]}
    assert client.post(f"{URL}policy/", form).status_code == 422
    assert client.post(f"{URL}policy/", {**form, "keep_reads": ""}).status_code == 302
    assert [organization.pk for organization in organizations_with_policy()] == [tenant.id]
    policy = current_organization().as_tenant().preferences["audit"]
    assert policy == {"keep": {"changes": 0, "sign_ins": 12, "reads": 0}, "opened": ["deal"]}
    act = AuditEntry.objects.get(action="audit_policy")
    assert act.changes == {"keep_sign_ins": [0, 12], "opened": [[], ["deal"]]}
    assert 'value="12"' in client.get(f"{URL}policy/").content.decode()


def test_for_ever_is_what_holds_without_a_decision(tenant: Any) -> None:
    assert limit_of(current_policy(), "changes") is None
