"""Settings › Audit: who did what, whether nobody has touched it since, and how long it is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.audit.asking import Question, read_question
from crm.audit.check import JOB, VIEW, last_check, open_check, start_check
from crm.audit.export import DIRECT, EXPORT, file_at_once, size_within
from crm.audit.export_job import start_export
from crm.audit.lines import lines_of
from crm.audit.readable import entity_read_by
from crm.audit.reading import newest_lines
from crm.audit.showing import chips_of, choices_of, fault_words
from crm.pages.links import actor_of
from frontend.progress import time_left
from frontend.views.access import permission
from kernel.audit import CATEGORIES
from kernel.errors import Invalid, NotFound
from kernel.formats import num
from kernel.jobs import cancel_job
from kernel.models import AuditSeal, Job
from kernel.registry import registry
from kernel.sealing import fingerprint, unsealed_lines
from tenants.audit.policy import KEEP, change_audit_policy, current_policy
from tenants.forms import Draft

SIZE = 50


@permission(VIEW)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    actor, problems = actor_of(request), {}
    try:
        asked = read_question(request.GET)
    except Invalid as error:
        asked = Question()
        problems = {name: " ".join(str(p) for p in found) for name, found in error.problems.items()}
    before = _uuid(request.GET.get("before", ""))
    found = [] if problems else newest_lines(actor, asked, most=SIZE + 1, before=before)
    here = reverse("crm:audit")
    context: dict[str, Any] = {
        "asked": asked, "lines": lines_of(found[:SIZE], actor=actor), "problems": problems,
        "chips": chips_of(asked, here, actor=actor), "choices": choices_of(asked, actor=actor),
        "next": f"{here}?{asked.query()}&before={found[SIZE - 1].pk}" if len(found) > SIZE else "",
        "first": f"{here}?{asked.query()}" if before else "",
        "export_url": f"{reverse('crm:audit_export')}?{asked.query()}" if actor.may(EXPORT) else "",
        "may_keep": actor.may(KEEP), **_state(),
    }  # fmt: skip
    return render(request, "crm/audit/audit.html", context, status=422 if problems else 200)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _state() -> dict[str, Any]:
    """How far the chain goes, and what was found when it was last checked."""
    head = AuditSeal.objects.defer("ids", "hashes").order_by("-number").first()
    checked, checking = last_check(), open_check()
    result = checked.result if checked else {}
    return {
        "head": head, "fingerprint": fingerprint(head) if head else "", "waiting": unsealed_lines(),
        "checking": _progress(checking), "checked": checked, "result": result,
        "faults": [fault_words(fault) for fault in result.get("faults", [])],
        "until": datetime.fromisoformat(result["until"]) if result.get("until") else None,
    }  # fmt: skip


def _progress(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    shown: dict[str, Any] = {"pk": job.pk, "done": job.done, "total": job.total or 1, "text": _("Getting ready…")}
    if job.total:
        text = _("%(done)s of %(total)s lines") % {"done": num(job.done), "total": num(job.total)}
        left = time_left(job.started_at, job.done, job.total)
        shown["text"] = f"{text} · {left}" if left else text
    return shown


@permission(VIEW)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    start_check(actor=actor_of(request))
    return redirect("crm:audit")


def _check_of(pk: UUID) -> Job:
    job = Job.objects.filter(kind=JOB, pk=pk).first()
    if job is None:
        raise NotFound()
    return job


@permission(VIEW)
@require_GET
def check_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked every second; tells the page to load anew when the job has ended."""
    job = _check_of(pk)
    response = render(request, "crm/audit/progress.html", {"job": _progress(job)})
    if job.state not in (Job.State.WAITING, Job.State.RUNNING):
        response["HX-Redirect"] = reverse("crm:audit")
    return response


@permission(VIEW)
@require_POST
def check_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    cancel_job(_check_of(pk).pk, actor=actor_of(request))
    return redirect("crm:audit")


@permission(EXPORT)
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """A file at once; of a long answer, the page of the job that writes it."""
    actor, asked = actor_of(request), read_question(request.GET)
    if size_within(asked, actor=actor, most=DIRECT) is None:
        return redirect("crm:work", pk=start_export(asked, actor=actor).pk)
    return file_at_once(asked, actor=actor)


@permission(KEEP)
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    actor, kept = actor_of(request), current_policy()
    draft = Draft({f"keep_{name}": str(kept.months(name) or "") for name in CATEGORIES})
    opened = set(kept.opened)
    if request.method == "POST":
        draft.values = {name: request.POST.get(name, "") for name in draft.values}
        opened = set(request.POST.getlist("opened"))
        try:
            keep = {name: draft.values[f"keep_{name}"] for name in CATEGORIES}
            change_audit_policy(actor=actor, keep=keep, opened=opened)
        except Invalid as error:
            draft.refused(error)
        else:
            messages.success(request, _("Saved"))
            return redirect("crm:audit_policy")
    engines = actor.engines | registry.always_on()
    kinds = [e for e in registry.entities_of(engines) if e.pages and entity_read_by(actor, e.name)]
    context = {"draft": draft, "opened": opened, "kinds": kinds}
    return render(request, "crm/audit/policy.html", context, status=422 if draft.errors else 200)
