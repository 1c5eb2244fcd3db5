"""Step 3: what would happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from crm.imports.messages import unpack
from crm.imports.views.common import run_of, wizard
from crm.imports.views.showing import related_of, shown_change
from crm.models import ImportRun
from frontend.views.access import signed_in
from kernel.models import Job
from kernel.registry import Entity


@signed_in
def import_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    run, entity = run_of(request, pk)
    if run.state != ImportRun.State.DRAFT:
        return redirect("crm:import_page", pk=run.pk)
    context = wizard(run, entity, 3)
    if run.preview:
        context |= _outcome(run, entity)
    elif run.preview_job is None:
        return redirect("crm:import_mapping", pk=run.pk)
    else:
        job = Job.objects.filter(pk=run.preview_job).first()
        context["failed"] = job is None or job.state in (Job.State.FAILED, Job.State.CANCELLED)
    part = "crm/imports/preview_body.html" if request.headers.get("HX-Request") else "crm/imports/preview.html"
    response = render(request, part, context)
    if request.headers.get("HX-Request") and (run.preview or context.get("failed")):
        response["HX-Refresh"] = "true"
    response["Vary"] = "HX-Request"
    return response


def _outcome(run: ImportRun, entity: Entity) -> dict[str, Any]:
    preview = run.preview
    problems = [{**group, "reason": unpack(group["pattern"], group["parts"])} for group in preview["problems"]]
    samples = [
        {**sample, "changes": [shown_change(entity, c) for c in sample["changes"] if c["field"] in entity.all_fields]}
        for sample in preview["samples"]
    ]  # fmt: skip
    will = preview["made"] + preview["changed"]
    return {
        "preview": preview, "problems": problems, "samples": samples, "related": related_of(preview["related_made"]),
        "will": will, "rows_known": preview["rows"] if preview["complete"] else None,
        "match_labels": [entity.field(name).label for name in run.match],
    }  # fmt: skip
