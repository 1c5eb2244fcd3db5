"""The job "tenants.audit_removal": what the policy no longer keeps goes, some seals a step."""

from typing import Final

from django.db import transaction

from kernel.access import system_actor
from kernel.audit import CATEGORIES, category, record_act
from kernel.jobs import JobRun, start_job
from kernel.models import AuditEntry, AuditSeal, Job
from kernel.sealing import remove_lines
from tenants.audit.policy import Policy, current_policy, limit_of

JOB: Final = "tenants.audit_removal"
_SEALS: Final = 5
_OPEN = (Job.State.WAITING, Job.State.RUNNING)


@transaction.atomic
def start_removal() -> bool:
    """Have old lines removed, if the policy says so and there are any; False where there is nothing to do."""
    policy = current_policy()
    due = any(_is_due(policy, name) for name in CATEGORIES)
    if not due or Job.objects.filter(kind=JOB, state__in=_OPEN).exists():
        return False
    start_job(JOB, actor=system_actor("Peyvand"), payload={})
    return True


def _is_due(policy: Policy, name: str) -> bool:
    until = limit_of(policy, name)
    if until is None:
        return False
    seals = AuditSeal.objects.filter(sealed_at__lte=until, number__gt=_reached().get(name, 0))
    return seals.exists() and AuditEntry.objects.filter(category(name), at__lt=until).exists()


def _reached() -> dict[str, int]:
    """Up to which seal earlier removals have been, by category."""
    last = Job.objects.filter(kind=JOB, state=Job.State.DONE).order_by("-id").first()
    return dict(last.result.get("reached") or {}) if last else {}


def run_removal(run: JobRun) -> None:
    """Resumed, it goes on at the seal it had come to; a seal is done in one transaction."""
    with run.step():
        policy = current_policy()
        reached = _reached() | dict(run.data.get("reached") or {})
    for name in CATEGORIES:
        until = limit_of(policy, name)
        while until is not None:
            with run.step():
                number, removed = remove_lines(category(name), until=until, after=reached.get(name, 0), most=_SEALS)
                ended = number == reached.get(name, 0)
                reached[name] = number
                run.progress(run.job.done + removed, reached=reached)
            if ended:
                break
    with run.step():
        run.job.result = {"reached": reached, "lines": run.job.done}
        if run.job.done:
            kept = {f"keep_{name}": [None, policy.months(name)] for name in CATEGORIES if policy.months(name)}
            changes = {"lines": [None, run.job.done], **kept}
            record_act("audit_removed", actor=system_actor("Peyvand"), entity="audit", changes=changes)
