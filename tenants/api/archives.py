"""Archives over the API: have one made, fetch it, and restore from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from kernel.errors import Invalid, NotFound
from kernel.jobs import cancel_job
from kernel.models import Job
from tenants.archive import services
from tenants.archive.selectors import Archive, archives_for, get_archive_for, get_restore_for
from tenants.views.data import filename_of

_TAGS = ["workspace"]


class ArchiveSerializer(serializers.Serializer[Any]):
    """An archive as the OpenAPI document describes it."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    file_url = serializers.URLField(allow_null=True)
    state = serializers.ChoiceField(Job.State.values)
    done = serializers.IntegerField(min_value=0)
    total = serializers.IntegerField(min_value=0, allow_null=True)
    size = serializers.IntegerField(min_value=0)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ArchiveListSerializer(serializers.Serializer[Any]):
    results = ArchiveSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class RestoreSerializer(serializers.Serializer[Any]):
    """A restore. Once it is done, this and every other address answers from the restored workspace."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    state = serializers.ChoiceField(Job.State.values)
    done = serializers.IntegerField(min_value=0)
    total = serializers.IntegerField(min_value=0, allow_null=True)
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


_UPLOAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "An archive"},
        "archive": {"type": "string", "format": "uuid", "description": "Instead of a file: an archive that is here"},
        "confirm": {"type": "string", "description": "The name or the subdomain of this workspace"},
    },
    "required": ["confirm"],
}


def _represent(archive: Archive, request: Request) -> dict[str, Any]:
    job = archive.job
    url = request.build_absolute_uri(reverse("api-archive", kwargs={"pk": job.pk}))
    return {
        "id": str(job.pk), "url": url, "file_url": f"{url}file/" if archive.path else None, "state": job.state,
        "done": job.done, "total": job.total, "size": archive.size, "created_by": job.created_by_label,
        "created_at": job.created_at, "finished_at": job.finished_at,
    }  # fmt: skip


def _represent_restore(job: Job, request: Request) -> dict[str, Any]:
    return {
        "id": str(job.pk), "url": request.build_absolute_uri(reverse("api-restore", kwargs={"pk": job.pk})),
        "state": job.state, "done": job.done, "total": job.total, "error": job.error, "created_at": job.created_at,
        "finished_at": job.finished_at,
    }  # fmt: skip


def _id(pk: Any) -> UUID:
    try:
        return UUID(str(pk))
    except ValueError:
        raise NotFound() from None


class ArchivesView(ApiView):
    keeps_answers = True

    @extend_schema(
        tags=_TAGS, operation_id="archives_list", summary=str(_("List archives of the workspace")),
        responses=ArchiveListSerializer,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = [_represent(archive, request) for archive in archives_for(self.actor)]
        return Response({"results": rows, "next": None, "previous": None, "count": len(rows)})

    @extend_schema(
        tags=_TAGS, operation_id="archives_create", summary=str(_("Have an archive made of everything")),
        request=None, responses={202: ArchiveSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """One at a time: asked again, it is the one under way. Kept for a week."""
        job = services.start_export(actor=self.actor)
        answer = _represent(get_archive_for(self.actor, job.pk), request)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class ArchiveView(ApiView):
    @extend_schema(
        tags=_TAGS, operation_id="archives_read", summary=str(_("How far an archive is")), responses=ArchiveSerializer
    )
    def get(self, request: Request, pk: str) -> Response:
        return Response(_represent(get_archive_for(self.actor, _id(pk)), request))


class ArchiveFileView(ApiView):
    @extend_schema(
        tags=_TAGS, operation_id="archives_file", summary=str(_("Download an archive")),
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request: Request, pk: str) -> FileResponse:
        """Compare it with the SHA-256 of every member in its manifest.json."""
        archive = get_archive_for(self.actor, _id(pk))
        if archive.path is None:
            raise NotFound(_("This archive is no longer here. Make a new one."))
        services.note_download(archive.job, actor=self.actor)
        return FileResponse(
            archive.path.open("rb"), as_attachment=True, filename=filename_of(archive), content_type="application/zip"
        )


class RestoresView(ApiView):
    keeps_answers = True
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        tags=_TAGS, operation_id="archives_restore", summary=str(_("Restore the workspace from an archive")),
        request={"multipart/form-data": _UPLOAD}, responses={202: RestoreSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Replaces everything; nothing changes before the restore is done. What was there is kept for a week."""
        data: Mapping[str, Any] = request.data  # type: ignore[assignment]  # the two parsers give nothing else
        typed = str(data.get("confirm") or "")
        file, archive = data.get("file"), data.get("archive")
        if isinstance(file, UploadedFile):
            kept = services.keep_upload(actor=self.actor, chunks=file.chunks())
        elif archive:
            kept = _id(archive)
        else:
            raise Invalid.one("file", "required", _("Send the file as the part “file” of a multipart body."))
        answer = _represent_restore(services.start_restore(actor=self.actor, archive=kept, typed=typed), request)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class RestoreView(ApiView):
    @extend_schema(
        tags=_TAGS, operation_id="archives_restore_read", summary=str(_("How far a restore is")),
        responses=RestoreSerializer,
    )  # fmt: skip
    def get(self, request: Request, pk: str) -> Response:
        return Response(_represent_restore(get_restore_for(self.actor, _id(pk)), request))


class RestoreCancelView(ApiView):
    @extend_schema(
        tags=_TAGS, operation_id="archives_restore_cancel", summary=str(_("Stop a restore")), request=None,
        responses=RestoreSerializer,
    )  # fmt: skip
    def post(self, request: Request, pk: str) -> Response:
        """The workspace stays as it is; a restore that is done already stays done."""
        job = get_restore_for(self.actor, _id(pk))
        return Response(_represent_restore(cancel_job(job.pk, actor=self.actor), request))
