"""Step 2: which column is which field."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.imports import services
from crm.imports.plan import targets_of
from crm.imports.reader import ReadOptions
from crm.imports.selectors import entity_for_import
from crm.imports.views.common import actor_of, run_of, wizard
from crm.imports.views.wording import kind_label, match_options, target_groups
from crm.models import ImportRun
from frontend.views.access import signed_in
from kernel.errors import Invalid
from kernel.registry import Entity

ENCODINGS = (
    ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("utf-16-le", "UTF-16 LE"), ("utf-16-be", "UTF-16 BE"),
    ("cp1256", "Windows-1256"), ("cp1252", "Windows-1252"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def import_mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    run, entity = run_of(request, pk)
    if run.state != ImportRun.State.DRAFT:
        return redirect("crm:import_page", pk=run.pk)
    errors: dict[str, str] = {}
    if request.method == "POST":
        mapping, match, options = _chosen(request, run)
        try:
            services.choose(run.pk, actor=actor_of(request), mapping=mapping, match=match, options=options)
            services.prepare_preview(run.pk, actor=actor_of(request))
        except Invalid as error:
            errors = {name: str(problems[0]) for name, problems in error.problems.items()}
            run.mapping, run.match, run.options = mapping, match, {**run.options, **options}
        else:
            return redirect("crm:import_preview", pk=run.pk)
    context = wizard(run, entity, 2, errors=errors, **_table(run, entity, errors))
    return render(request, "crm/imports/mapping.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def import_reread(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same file by another encoding, delimiter or sheet."""
    run, entity = run_of(request, pk)
    options = ReadOptions(*(request.POST.get(name, "") for name in ("encoding", "delimiter", "sheet")))
    try:
        services.reread(run.pk, actor=actor_of(request), options=options)
    except Invalid as error:
        errors = {name: str(problems[0]) for name, problems in error.problems.items()}
        context = wizard(run, entity, 2, errors=errors, **_table(run, entity, errors))
        return render(request, "crm/imports/mapping.html", context, status=422)
    return redirect("crm:import_mapping", pk=run.pk)


def _chosen(request: HttpRequest, run: ImportRun) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
    """Mapping, match and options out of the form. A column of several fields keeps them while the first stays."""
    mapping: dict[str, Any] = {}
    columns = dict((run.options.get("columns") or {}).items())
    for index, column in enumerate(run.table["columns"]):
        name = column["name"]
        target = request.POST.get(f"target-{index}", "")
        before = targets_of(run.mapping.get(name))
        if target:
            mapping[name] = before if len(before) > 1 and before[0] == target else target
        if (order := request.POST.get(f"order-{index}")) is not None:
            columns[name] = {**columns.get(name, {}), "date_order": order}
        if unit := request.POST.get(f"unit-{index}"):
            columns[name] = {**columns.get(name, {}), "unit": unit}
    columns = services.with_units(entity_for_import(run.entity, actor_of(request)), mapping, columns)
    match = [name for name in request.POST.get("match", "").split(",") if name]
    return mapping, match, {"create_related": "create_related" in request.POST, "columns": columns}


def _table(run: ImportRun, entity: Entity, errors: dict[str, str]) -> dict[str, Any]:
    chosen = run.options.get("columns") or {}
    rows = []
    for index, column in enumerate(run.table["columns"]):
        targets = targets_of(run.mapping.get(column["name"]))
        rows.append({
            **column, "index": index, "target": targets[0] if targets else "", "kind_label": kind_label(column["kind"]),
            "order": chosen.get(column["name"], {}).get("date_order", ""), "error": errors.get(column["name"], ""),
            "unit": chosen.get(column["name"], {}).get("unit", ""),
        })  # fmt: skip
    delimiters = ((",", _("comma ,")), (";", _("semicolon ;")), ("\t", _("tab")), ("|", _("bar |")))
    return {
        "columns": rows, "groups": target_groups(entity), "mapped": sum(1 for row in rows if row["target"]),
        "match_options": match_options(entity), "match": ",".join(run.match),
        "orders": (("", _("as it is")), ("DMY", _("day / month / year")), ("MDY", _("month / day / year"))),
        "units": (("toman", _("toman")), ("rial", _("rial"))), "encodings": ENCODINGS, "delimiters": delimiters,
        "sheets": [(name, name) for name in run.table.get("sheets", ())],
        "create_related": run.options.get("create_related", True),
    }  # fmt: skip
