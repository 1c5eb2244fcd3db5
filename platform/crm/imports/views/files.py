"""Files to take away: what was refused, and a table to begin with."""

from __future__ import annotations

import csv
import tempfile
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from crm.imports.export import errors_csv, errors_xlsx
from crm.imports.selectors import entity_for_import
from crm.imports.views.common import actor_of, entities_of, run_of
from frontend.views.access import signed_in

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_IN_MEMORY = 4 * 1024 * 1024


@signed_in
def errors(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    run, _entity = run_of(request, pk)
    name = f"import-errors-{run.created_at:%Y-%m-%d}.{kind}"
    if kind == "csv":
        response = StreamingHttpResponse(errors_csv(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    if kind != "xlsx":
        raise Http404
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 — FileResponse closes it
    errors_xlsx(run, target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=_XLSX)


@signed_in
def template(request: HttpRequest, entity: str) -> HttpResponse:
    """A CSV with the headings that are understood without a question, in the reader's language."""
    kind = entity_for_import(entity, actor_of(request))
    if kind not in entities_of(request):
        raise Http404
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.plural}.csv"'
    csv.writer(response).writerow([str(field.label) for field in kind.editable_fields])
    return response
