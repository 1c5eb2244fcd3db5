"""Imports so far."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.imports.selectors import runs_visible_to, settle
from crm.imports.views.common import actor_of, entities_of
from frontend.views.access import signed_in
from kernel.registry import registry

_PAGE = 30


@signed_in
def import_list(request: HttpRequest) -> HttpResponse:
    entities_of(request)
    runs = runs_visible_to(actor_of(request))
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        before = None
    page = list((runs.filter(pk__lt=before) if before else runs)[: _PAGE + 1])
    shown = [_row(settle(run)) for run in page[:_PAGE]]
    following = f"?before={page[_PAGE - 1].pk}" if len(page) > _PAGE else ""
    return render(request, "crm/imports/list.html", {"rows": shown, "next": following, "later": before is not None})


def _row(run: Any) -> dict[str, Any]:
    return {"run": run, "entity": registry.entity(run.entity), "chip": CHIPS[run.state]}


CHIPS = {"draft": "line", "waiting": "info", "running": "info", "done": "ok", "failed": "bad", "cancelled": "warn"}
