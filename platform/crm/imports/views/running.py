"""Step 4: under way, stopped or done."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.imports import services
from crm.imports.export import reason_of
from crm.imports.messages import unpack
from crm.imports.views.common import actor_of, run_of, wizard
from crm.imports.views.showing import related_of
from crm.models import ImportProblem, ImportRun
from crm.pages.links import entity_url
from frontend.progress import time_left
from frontend.views.access import signed_in
from kernel.errors import Conflict, Invalid
from kernel.formats import num
from kernel.registry import Entity

_GROUPS = 12


@signed_in
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    run, entity = run_of(request, pk)
    if run.state == ImportRun.State.DRAFT:
        return redirect("crm:import_mapping", pk=run.pk)
    if run.is_open:
        return render(request, "crm/imports/running.html", wizard(run, entity, 4, **_progress(run)))
    return render(request, "crm/imports/result.html", wizard(run, entity, 0, **_result(run, entity)))


@require_POST
@signed_in
def import_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        services.start_import(pk, actor=actor_of(request))
    except Invalid as error:
        messages.error(request, str(next(iter(error.problems.values()))[0]))
        return redirect("crm:import_mapping", pk=pk)
    except Conflict:
        pass  # pressed twice: it is under way
    return redirect("crm:import_page", pk=pk)


@signed_in
def import_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked every second; tells the page to load anew when the import has ended."""
    run, _entity = run_of(request, pk)
    response = render(request, "crm/imports/progress.html", {"run": run, **_progress(run)})
    if not run.is_open:
        response["HX-Redirect"] = reverse("crm:import_page", kwargs={"pk": run.pk})
    return response


@require_POST
@signed_in
def import_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    with suppress(Conflict):  # it had ended meanwhile
        services.cancel_import(pk, actor=actor_of(request))
    return redirect("crm:import_page", pk=pk)


@require_POST
@signed_in
def import_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    services.delete_draft(pk, actor=actor_of(request))
    messages.success(request, _("The draft and its file are deleted."))
    return redirect("crm:import_list")


def _progress(run: ImportRun) -> dict[str, Any]:
    done, total = run.rows, run.rows_total
    if not total:
        return {"done": done, "total": 1, "text": _("Getting ready…"), "stopping": False}
    text = _("%(done)s of %(total)s rows") % {"done": num(done), "total": num(total)}
    if left := time_left(run.started_at, done, total):
        text = f"{text} · {left}"
    return {"done": done, "total": total, "text": text}


def _result(run: ImportRun, entity: Entity) -> dict[str, Any]:
    problem = unpack(run.problem.get("pattern", ""), run.problem.get("parts")) if run.problem else ""
    try:
        records = entity_url(entity, "list", query="sort=-created_at") if entity.pages else ""
    except NoReverseMatch:
        records = ""
    return {
        "good": run.rows - run.refused,
        "related": related_of(run.related_made), "problem": problem, "groups": _groups(run), "records": records,
        "spent": (run.finished_at - run.started_at).total_seconds() if run.started_at and run.finished_at else None,
    }  # fmt: skip


def _groups(run: ImportRun) -> list[dict[str, Any]]:
    """Reasons with how many rows each, the commonest first, each said by its latest example."""
    if not run.refused:
        return []
    kinds = ImportProblem.objects.filter(run=run).values("column", "field", "code")
    commonest = list(kinds.annotate(rows=Count("row", distinct=True), last=Max("id")).order_by("-rows")[:_GROUPS])
    examples = ImportProblem.objects.in_bulk([group["last"] for group in commonest])
    found = [(group, examples[group["last"]]) for group in commonest]
    return [{**group, "reason": reason_of(e), "example": e.value, "row": e.row} for group, e in found]
