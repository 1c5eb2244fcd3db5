"""The job "crm.audit_check": whether the sealed audit is whole, with a result that names what is broken."""

from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.jobs import JobRun, start_job
from kernel.models import AuditSeal, Job
from kernel.sealing import Findings, seal_late, seal_lines, verify_seals
from kernel.sealing.verify import verify_head

VIEW: Final = "crm.audit.view"
JOB: Final = "crm.audit_check"
_OPEN = (Job.State.WAITING, Job.State.RUNNING)


@transaction.atomic
def start_check(*, actor: Actor) -> Job:
    """One at a time: asked again, it is the one under way."""
    require(actor, VIEW)
    return open_check() or start_job(JOB, actor=actor, payload={})


def open_check() -> Job | None:
    return Job.objects.filter(kind=JOB, state__in=_OPEN).order_by("-id").first()


def last_check() -> Job | None:
    return Job.objects.filter(kind=JOB, state=Job.State.DONE).order_by("-id").first()


def run_check(run: JobRun) -> None:
    seal_lines()
    with run.step():
        last = AuditSeal.objects.defer("ids", "hashes").order_by("-number").first()
        run.progress(run.job.done, last.last_seq if last else 0)
    found, more = Findings.read(run.data["found"]) if "found" in run.data else Findings(), True
    while more:
        with run.step():
            more = verify_seals(found)
            run.progress(min(found.next_seq - 1, run.job.total or 0), found=found.as_json())
    with run.step():
        verify_head(found, known=_known_head())
        _finish(run, found)
    if any(fault.kind == "inserted" for fault in found.faults):
        seal_late()  # told once, and from now on closed like the others


def _known_head() -> tuple[int, str] | None:
    earlier = last_check()
    head = earlier.result.get("head") if earlier else None
    return (int(head[0]), str(head[1])) if head else None


def _finish(run: JobRun, found: Findings) -> None:
    last = AuditSeal.objects.defer("ids", "hashes").filter(number=found.seals).first()
    faults = len(found.faults) + found.more_faults
    run.job.result = {
        "lines": found.lines, "seals": found.seals, "gone": found.gone, "late": found.late,
        "elsewhere": found.elsewhere, "faults": [asdict(fault) for fault in found.faults],
        "more": found.more_faults, "head": [found.seals, found.previous] if found.seals else None,
        "until": last.sealed_at.isoformat() if last else None,
    }  # fmt: skip
    who = Actor(user_id=run.job.created_by_id, label=run.job.created_by_label)
    changes: dict[str, Any] = {"lines": [None, found.lines], "faults": [None, faults], "head": [None, found.previous]}
    record_act("audit_checked", actor=who, entity="audit", changes=changes)
