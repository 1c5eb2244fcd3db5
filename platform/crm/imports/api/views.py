"""Imports over the API: send a file, ask how far it is, fetch what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from crm.imports import services
from crm.imports.api.reading import choices_of
from crm.imports.api.schema import IMPORT, IMPORT_LIST, UPLOAD
from crm.imports.export import errors_csv
from crm.imports.messages import unpack
from crm.imports.selectors import counts_of, get_run_for, runs_visible_to, settle
from crm.models import ImportRun
from kernel.errors import Invalid

_MOST = 100


def represent(run: ImportRun, request: Request) -> dict[str, Any]:
    """A run as programs see it; `rows` = made + changed + unchanged + refused at every moment."""
    url = request.build_absolute_uri(reverse("api-import", kwargs={"pk": run.pk}))
    problem = run.problem and {
        "code": run.problem.get("code", ""), "message": unpack(run.problem.get("pattern", ""), run.problem.get("parts"))
    }  # fmt: skip
    return {
        "id": str(run.pk), "url": url, "errors_url": f"{url}errors/", "entity": run.entity, "filename": run.filename,
        "state": run.state, **counts_of(run), "rows_total": run.rows_total, "related_made": run.related_made,
        "mapping": run.mapping, "match": run.match, "options": run.options, "problem": problem or None,
        "created_at": run.created_at, "started_at": run.started_at, "finished_at": run.finished_at,
    }  # fmt: skip


class ImportsView(ApiView):
    keeps_answers = True
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(operation_id="imports_list", summary=str(_("List imports")), responses={200: IMPORT_LIST})
    def get(self, request: Request) -> Response:
        runs = [settle(run) for run in runs_visible_to(self.actor)[:_MOST]]
        return Response({
            "results": [represent(run, request) for run in runs], "next": None, "previous": None, "count": len(runs),
        })  # fmt: skip

    @extend_schema(
        operation_id="imports_create", summary=str(_("Import a file")), request={"multipart/form-data": UPLOAD},
        responses={202: IMPORT},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Without `mapping` the proposal is taken: what was chosen for such headings before, else the best guess."""
        data: Mapping[str, Any] = request.data  # type: ignore[assignment]  # the two parsers give nothing else
        file = data.get("file")
        if not isinstance(file, UploadedFile):
            raise Invalid.one("file", "required", _("Send the file as the part “file” of a multipart body."))
        chosen = choices_of(data)
        run = services.import_file(
            actor=self.actor, entity=str(data.get("entity") or ""), filename=file.name or "",
            chunks=file.chunks(), mapping=chosen.mapping, match=chosen.match, options=chosen.options,
        )  # fmt: skip
        answer = represent(run, request)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class ImportView(ApiView):
    @extend_schema(operation_id="imports_read", summary=str(_("How far an import is")), responses={200: IMPORT})
    def get(self, request: Request, pk: str) -> Response:
        return Response(represent(get_run_for(self.actor, pk), request))


class ErrorsView(ApiView):
    @extend_schema(
        operation_id="imports_errors", summary=str(_("Rows that were refused, as CSV")),
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )  # fmt: skip
    def get(self, request: Request, pk: str) -> StreamingHttpResponse:
        run = get_run_for(self.actor, pk)
        response = StreamingHttpResponse(errors_csv(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-errors-{run.pk}.csv"'
        return response


class CancelView(ApiView):
    @extend_schema(
        operation_id="imports_cancel", summary=str(_("Stop an import")), request=None, responses={200: IMPORT}
    )
    def post(self, request: Request, pk: str) -> Response:
        """Stops after the batch in hand; what is done stays and is counted."""
        return Response(represent(services.cancel_import(pk, actor=self.actor), request))
