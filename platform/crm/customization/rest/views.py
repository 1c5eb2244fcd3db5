"""Definitions over the API: what Settings does, for programs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.versions import object_of
from api.views.base import ApiView
from crm.customization import kinds, layouts, services
from crm.customization.converting import convert_field, preview_conversion
from crm.customization.fields import is_derived
from crm.customization.rest import calculated, shapes
from crm.customization.uploads import give_file, take_file
from crm.models import CustomField
from kernel.access import require
from kernel.errors import Invalid, NotFound, Problem

_State = CustomField.State
_SAID = ("label", "help", "required", "unique", "default", "options")


def represent(field: CustomField) -> dict[str, Any]:
    options = field.options
    if is_derived(field):
        options = {**options, "gives": services.value_kind_of(field).key}
    return {
        "id": str(field.pk), "entity": field.entity, "name": field.name, "kind": services.kind_of(field).key,
        "label": field.label, "help": field.help, "required": field.required, "unique": field.unique,
        "default": field.default, "options": options, "state": field.state,
        "indexed_at": field.indexed_at, "index_problem": field.index_problem,
    }  # fmt: skip


def _given(request: Request, known: tuple[str, ...]) -> dict[str, Any]:
    data: Mapping[str, Any] = object_of(request.data)
    if strangers := [name for name in data if name not in known]:
        raise Invalid(
            {name: [Problem("unknown_field", _("There is no field of this name here."))] for name in strangers}
        )
    given = dict(data)
    for name in ("required", "unique", "dry_run"):
        if name in given and not isinstance(given[name], bool):
            raise Invalid.one(name, "type", _("Yes or no is expected here; write yes, no, 1 or 0."))
    for name in ("options",):
        if name in given and not isinstance(given[name], Mapping):
            raise Invalid.one(name, "type", _("An object is expected here."))
    return given


class FieldsView(ApiView):
    keeps_answers = True

    @extend_schema(
        operation_id="custom_fields_list", summary=str(_("List fields of one's own")), responses={200: shapes.FIELDS},
        parameters=[OpenApiParameter("entity", str, description="Only those of this entity.")],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        require(self.actor, services.MANAGE)
        rows = CustomField.objects.exclude(state=_State.DELETED).order_by("entity", "position", "id")
        if entity := request.query_params.get("entity"):
            rows = rows.filter(entity=entity)
        results = [represent(row) for row in rows]
        return Response({"results": results, "next": None, "previous": None, "count": len(results)})

    @extend_schema(
        operation_id="custom_fields_create", summary=str(_("Make a field")), request={"application/json": shapes.NEW},
        responses={201: shapes.FIELD},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        require(self.actor, services.MANAGE)
        given = _given(request, ("entity", "name", "kind", *_SAID))
        wanted = {"entity": "", "kind": "", "label": {}, **given}
        wanted["entity"], wanted["kind"] = str(wanted["entity"]), str(wanted["kind"])
        wanted["name"] = str(wanted.get("name") or "")
        if wanted["kind"] in kinds.CALCULATED:
            return Response(represent(calculated.define(wanted["kind"], wanted, actor=self.actor)), status=201)
        return Response(represent(services.define_field(actor=self.actor, **wanted)), status=201)


class FieldView(ApiView):
    @extend_schema(operation_id="custom_fields_read", summary=str(_("Read one")), responses={200: shapes.FIELD})
    def get(self, request: Request, pk: str) -> Response:
        return Response(represent(services.get_field(pk, actor=self.actor)))

    @extend_schema(
        operation_id="custom_fields_change", summary=str(_("Change a field, put it away or bring it back")),
        request={"application/json": shapes.CHANGE}, responses={200: shapes.FIELD},
    )  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        field = services.get_field(pk, actor=self.actor)
        given = _given(request, (*_SAID, "state"))
        state = given.pop("state", None)
        if state not in (None, "active", "deactivated"):
            raise Invalid.one("state", "choice", _("Choose active or deactivated."))
        if given and is_derived(field):
            calculated.change(field, given, actor=self.actor)
        elif given:
            services.change_field(pk, actor=self.actor, **given)
        if state:
            (services.restore_field if state == "active" else services.deactivate_field)(pk, actor=self.actor)
        return Response(represent(services.get_field(pk, actor=self.actor)))

    @extend_schema(
        operation_id="custom_fields_delete", summary=str(_("Delete a field for good")), responses={204: None},
        parameters=[OpenApiParameter("confirm", str, required=True, description="The field's name.")],
    )  # fmt: skip
    def delete(self, request: Request, pk: str) -> Response:
        services.delete_field(pk, actor=self.actor, typed=request.query_params.get("confirm", ""))
        return Response(status=204)


class ConvertView(ApiView):
    @extend_schema(
        operation_id="custom_fields_convert", summary=str(_("Give a field another kind")),
        request={"application/json": shapes.CONVERT}, responses={200: shapes.CONVERSION},
    )  # fmt: skip
    def post(self, request: Request, pk: str) -> Response:
        """With `dry_run` only what would become of the values."""
        services.get_field(pk, actor=self.actor)
        given = _given(request, ("kind", "options", "dry_run", "lose"))
        kind, options = str(given.get("kind", "")), given.get("options") or {}
        preview = preview_conversion(pk, kind, options, actor=self.actor)
        started = not given.get("dry_run", False)
        if started:
            lose = given.get("lose", 0)
            convert_field(pk, kind, options, actor=self.actor, lose=lose if isinstance(lose, int) else 0)
        return Response({
            "total": preview.total, "converted": preview.converted, "lost": preview.lost,
            "examples": preview.examples, "losses": preview.losses, "started": started,
        })  # fmt: skip


def _layout(entity: str, undo: UUID | None = None) -> dict[str, Any]:
    layout = layouts.layout_of(entity)
    return {
        "entity": entity, "sections": layout.sections, "columns": layout.columns, "hidden": layout.hidden,
        "page": layout.panels, "undo": undo and str(undo),
    }  # fmt: skip


def _lists_of(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Every list of the body by its place in it, those of the page too."""
    page = given.get("page", {})
    if not isinstance(page, Mapping):
        raise Invalid.one("page", "not_an_object", _("An object is expected here."))
    flat = [(key, value) for key, value in given.items() if key != "page"]
    return [*flat, *((f"page.{key}", value) for key, value in page.items())]


class LayoutView(ApiView):
    @extend_schema(operation_id="layouts_read", summary=str(_("Read an entity's form")), responses={200: shapes.LAYOUT})
    def get(self, request: Request, entity: str) -> Response:
        require(self.actor, services.MANAGE)
        return Response(_layout(self._entity(entity)))

    @extend_schema(
        operation_id="layouts_change", summary=str(_("Order an entity's form")), responses={200: shapes.LAYOUT},
        request={"application/json": shapes.LAYOUT_CHANGE},
    )  # fmt: skip
    def patch(self, request: Request, entity: str) -> Response:
        require(self.actor, services.MANAGE)
        name = self._entity(entity)
        given = _given(request, ("sections", "columns", "hidden", "page"))
        for key, value in _lists_of(given):
            if not isinstance(value, list) or not all(
                isinstance(v, Mapping if key == "sections" else str) for v in value
            ):
                raise Invalid.one(key, "not_a_list", _("A list of values is expected here."))
        return Response(_layout(name, layouts.save_layout(name, actor=self.actor, **given)))

    @staticmethod
    def _entity(name: str) -> str:
        try:
            return services.entity_named(name).name
        except Invalid:
            raise NotFound() from None


class LayoutUndoView(ApiView):
    @extend_schema(
        operation_id="layouts_undo", summary=str(_("Take a change of a form back")), request=None,
        responses={200: shapes.LAYOUT},
    )  # fmt: skip
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(_layout(layouts.restore_layout(pk, actor=self.actor)))


class UploadView(ApiView):
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        operation_id="field_files_upload", summary=str(_("Upload a file for a field")),
        request={"multipart/form-data": shapes.UPLOAD}, responses={201: shapes.UPLOADED},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        data: Mapping[str, Any] = request.data  # type: ignore[assignment]  # the two parsers give nothing else
        return Response(take_file(data.get("file"), actor=self.actor), status=201)


class FileView(ApiView):
    @extend_schema(
        operation_id="field_files_download", summary=str(_("Download the file of a field")),
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request: Request, entity: str, pk: UUID, name: str) -> FileResponse:
        return give_file(entity, pk, name, actor=self.actor)
