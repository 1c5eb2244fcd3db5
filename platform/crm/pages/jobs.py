"""How far long work on a list is: its share, time left, stop, go on, undo or the finished file."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from crm.pages.bulk_job import AUDIT_EXPORT, DELETE, EDIT, EXPORT, FILES, TAG, UNDO, job_for, resume_job
from crm.pages.export_job import file_name, file_type, ref_of
from crm.pages.links import actor_of
from frontend.progress import time_left
from kernel import files, formats
from kernel.access import require
from kernel.errors import NotFound
from kernel.jobs import cancel_job
from kernel.models import Job
from kernel.registry import registry


def work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page of one long act; asked by htmx its progress alone. POST stops it or goes on with it."""
    actor = actor_of(request)
    job = job_for(actor, pk)
    if request.method == "POST":
        if request.POST.get("do") == "resume":
            return redirect("crm:work", pk=resume_job(pk, actor=actor).pk)
        cancel_job(job.pk, actor=actor)
        return redirect("crm:work", pk=pk)
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return render(request, "crm/work_part.html" if part else "crm/work.html", _context(job))


def _context(job: Job) -> dict[str, Any]:
    going = job.state in (Job.State.WAITING, Job.State.RUNNING)
    titles = {
        EDIT: _("Changing many records"),
        DELETE: _("Deleting many records"),
        TAG: _("Taking a tag off many records") if job.payload.get("off") else _("Tagging many records"),
        UNDO: _("Taking back a change of many records"),
        EXPORT: _("Writing a file"),
        AUDIT_EXPORT: _("Writing the audit to a file"),
    }
    entity = registry.entity(job.payload["entity"]) if "entity" in job.payload else None
    counts = {"done": formats.num(job.done), "total": formats.num(job.total or 0)}
    result = {name: int(job.result.get(name) or 0) for name in ("changed", "unchanged", "refused", "rows")}
    return {
        "job": job, "going": going, "title": titles[job.kind], "entity": entity,
        "text": _("%(done)s of %(total)s") % counts if job.total else formats.num(job.done),
        "left": time_left(job.started_at, job.done, job.total) if going else "", "result": result,
        "may_undo": job.kind in (EDIT, DELETE, TAG) and not going and result["changed"] > 0,
        "batch": job.result.get("batch", ""),
        "may_resume": job.state in (Job.State.CANCELLED, Job.State.FAILED),
        "deleting": job.kind == DELETE,
        "has_file": job.kind in FILES and job.state == Job.State.DONE,
    }  # fmt: skip


def work_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file that an export has written, for whoever asked for it; the audit's, as long as they may have it."""
    actor = actor_of(request)
    job = job_for(actor, pk)
    if job.kind not in FILES or job.state != Job.State.DONE:
        raise NotFound()
    if job.kind == AUDIT_EXPORT:
        require(actor, "crm.audit.export")
    return FileResponse(
        files.open_file(ref_of(job)), as_attachment=True, filename=file_name(job), content_type=file_type(job)
    )
