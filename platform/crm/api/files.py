"""Files and pictures of records over the API: sent as multipart, read back as they are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from crm.api.schema import FILE, UPLOAD
from crm.panels.acting import CUSTOMERS
from crm.services.files import MOST, MOST_PICTURE, Upload, attach_file, give_file, set_picture
from crm.services.tags import taggable
from kernel.access import get_record_for, require
from kernel.errors import Invalid, NotFound
from kernel.registry import registry


def represent(row: Any, request: Request) -> dict[str, Any]:
    return {
        "id": str(row.pk), "entity": row.entity, "record_id": str(row.record_id), "name": row.name,
        "content_type": row.content_type, "size": row.size, "purpose": row.purpose, "created_at": row.created_at,
        "url": request.build_absolute_uri(reverse("api-file", args=[row.pk])),
    }  # fmt: skip


def _sent(request: Request) -> Upload:
    data: Mapping[str, Any] = request.data  # type: ignore[assignment]  # the two parsers give nothing else
    file = data.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid.one("file", "required", _("Send the file as the part “file” of a multipart body."))
    return file


class RecordFilesView(ApiView):
    """Files hang on records of every kind that people work with."""

    parser_classes = (MultiPartParser, FormParser)
    keeps_answers = True

    @extend_schema(
        operation_id="files_upload", summary=str(_("Add a file to a record")), responses={201: FILE},
        request={"multipart/form-data": UPLOAD},
        description=f"At most {MOST} MB. What it is is found out from its first bytes; programs are refused.",
    )  # fmt: skip
    def post(self, request: Request, entity: str, pk: UUID) -> Response:
        try:
            taggable(entity)
        except Invalid:
            raise NotFound() from None
        answer = represent(attach_file(entity, pk, _sent(request), actor=self.actor), request)
        return Response(answer, status=201, headers={"Location": answer["url"]})


class PictureView(ApiView):
    """The photo of a contact, the logo of an account."""

    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        operation_id="pictures_change", summary=str(_("Give a customer a photo or logo")), responses={200: FILE},
        request={"multipart/form-data": UPLOAD}, description=f"PNG, JPEG, WebP or GIF of at most {MOST_PICTURE} MB.",
    )  # fmt: skip
    def put(self, request: Request, entity: str, pk: UUID) -> Response:
        record = set_picture(_customer(entity), pk, _sent(request), actor=self.actor)
        return Response(represent(get_record_for(self.actor, "attachment", record.picture_id), request))

    @extend_schema(operation_id="pictures_remove", summary=str(_("Take a photo or logo away")), responses={204: None})
    def delete(self, request: Request, entity: str, pk: UUID) -> Response:
        set_picture(_customer(entity), pk, None, actor=self.actor)
        return Response(status=204)


def _customer(entity: str) -> str:
    if entity not in CUSTOMERS:
        raise NotFound()
    return entity


class FileView(ApiView):
    @extend_schema(
        operation_id="files_download", summary=str(_("Download a file of a record")),
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> FileResponse:
        require(self.actor, registry.entity("attachment").permission("view"))
        return give_file(pk, actor=self.actor)
