"""Objects and relations of the organization's own over the API: what Settings does, for programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.versions import object_of
from api.views.base import ApiView
from crm.customization import objects, relations, services
from crm.customization.rest import object_shapes as shapes
from crm.models import CustomField, CustomObject
from kernel.access import require
from kernel.errors import Invalid, Problem

_NEW = (*objects.CHANGEABLE, "name", "plural", "open_to")
_LINK = (
    "first", "second", "first_label", "second_label", "first_list", "second_list", "label", "label_plural", "name",
    "plural", "icon", "in_navigation", "open_to",
)  # fmt: skip
_RELATION = (
    "entity", "target", "label", "name", "required", "list_label", "listed", "columns", "position", "on_delete",
)  # fmt: skip
_SAID = ("label", "list_label", "listed", "columns", "position", "on_delete")
_TRUTHS = frozenset({"required", "listed", "in_navigation"})
_PLAIN = frozenset({"name", "plural", "icon", "open_to", "entity", "target", "first", "second", "on_delete", "state"})


def _given(request: Request, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body's values, each of its type; what is unknown or missing is told by its name."""
    data = dict(object_of(request.data))
    problems: dict[str, list[Problem]] = {}
    for name, value in data.items():
        if name not in known:
            problems[name] = [Problem("unknown_field", _("There is no field of this name here."))]
        elif name in _TRUTHS and not isinstance(value, bool):
            problems[name] = [Problem("type", _("Yes or no is expected here; write yes, no, 1 or 0."))]
        elif name in _PLAIN and not isinstance(value, str):
            problems[name] = [Problem("type", _("One single value is expected here, for example a text or a number."))]
        elif name == "columns" and not isinstance(value, list):
            problems[name] = [Problem("not_a_list", _("A list of values is expected here."))]
    problems |= {name: [Problem("required", _("Fill this in."))] for name in needed if name not in data}
    if problems:
        raise Invalid(problems)
    return data


def represent(one: CustomObject) -> dict[str, Any]:
    return {
        "id": str(one.pk), "name": one.name, "plural": one.plural,
        **{key: getattr(one, key) for key in objects.CHANGEABLE}, "is_link": one.is_link, "ends": one.ends,
        "position": one.position, "state": "deactivated" if one.deactivated_at else "active",
    }  # fmt: skip


class ObjectsView(ApiView):
    keeps_answers = True

    @extend_schema(
        operation_id="custom_objects_list", summary=str(_("List objects of one's own")), responses={200: shapes.OBJECTS}
    )
    def get(self, request: Request) -> Response:
        require(self.actor, services.MANAGE)
        rows = CustomObject.objects.filter(deleted_at=None).order_by("position", "created_at")
        return Response(
            {"results": [represent(row) for row in rows], "next": None, "previous": None, "count": len(rows)}
        )

    @extend_schema(
        operation_id="custom_objects_create", summary=str(_("Make an object")),
        request={"application/json": shapes.NEW_OBJECT}, responses={201: shapes.OBJECT},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """It has its lists, forms, permissions and API from the next request on."""
        require(self.actor, services.MANAGE)
        given = _given(request, _NEW, ("label", "label_plural"))
        return Response(represent(objects.define_object(actor=self.actor, **given)), status=201)


class ObjectView(ApiView):
    @extend_schema(operation_id="custom_objects_read", summary=str(_("Read one")), responses={200: shapes.OBJECT})
    def get(self, request: Request, pk: str) -> Response:
        """By its id or its name."""
        one = objects.get_object(pk, actor=self.actor)
        return Response({**represent(one), "records": objects.count_records([one])})

    @extend_schema(
        operation_id="custom_objects_change", summary=str(_("Change an object, put it away or bring it back")),
        request={"application/json": shapes.CHANGE_OBJECT}, responses={200: shapes.OBJECT},
    )  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        one = objects.get_object(pk, actor=self.actor)
        given = _given(request, (*objects.CHANGEABLE, "state"))
        state = given.pop("state", None)
        if state not in (None, "active", "deactivated"):
            raise Invalid.one("state", "choice", _("Choose active or deactivated."))
        if given:
            objects.change_object(one.pk, actor=self.actor, **given)
        if state:
            (objects.restore_object if state == "active" else objects.deactivate_object)(one.pk, actor=self.actor)
        return Response(represent(objects.get_object(one.pk, actor=self.actor)))

    @extend_schema(
        operation_id="custom_objects_delete", summary=str(_("Delete an object and its records for good")),
        responses={204: None}, parameters=[shapes.CONFIRM],
    )  # fmt: skip
    def delete(self, request: Request, pk: str) -> Response:
        objects.delete_object(pk, actor=self.actor, typed=request.query_params.get("confirm", ""))
        return Response(status=204)


def represent_relation(field: CustomField) -> dict[str, Any]:
    said = relations.said_of(field)
    return {
        "id": str(field.pk), "entity": field.entity, "name": field.name, "target": field.options.get("target", ""),
        "label": field.label, "required": field.required, "list_label": said.label, "listed": said.listed,
        "columns": said.columns, "position": said.position, "on_delete": said.on_delete, "state": field.state,
    }  # fmt: skip


class RelationsView(ApiView):
    keeps_answers = True

    @extend_schema(
        operation_id="custom_relations_list", summary=str(_("List relations of one's own")),
        responses={200: shapes.RELATIONS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = [represent_relation(field) for field in relations.relations_of(actor=self.actor)]
        return Response({"results": rows, "next": None, "previous": None, "count": len(rows)})

    @extend_schema(
        operation_id="custom_relations_create", summary=str(_("Make a relation, one to many")),
        request={"application/json": shapes.NEW_RELATION}, responses={201: shapes.RELATION},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A field of `entity` that points to `target`, and the list of those records on the other's page."""
        require(self.actor, services.MANAGE)
        given = _given(request, _RELATION, ("entity", "target", "label"))
        made = relations.define_relation(actor=self.actor, **given)
        return Response(represent_relation(made.field), status=201)


class RelationView(ApiView):
    @extend_schema(operation_id="custom_relations_read", summary=str(_("Read one")), responses={200: shapes.RELATION})
    def get(self, request: Request, pk: str) -> Response:
        return Response(represent_relation(relations.get_relation_field(pk, actor=self.actor)))

    @extend_schema(
        operation_id="custom_relations_change", summary=str(_("Change a relation")),
        request={"application/json": shapes.CHANGE_RELATION}, responses={200: shapes.RELATION},
    )  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        """To put it away or delete it, use the field: it is one of `/custom-fields/`."""
        field = relations.get_relation_field(pk, actor=self.actor)
        given = _given(request, _SAID)
        if "label" in given:
            services.change_field(field.pk, actor=self.actor, label=given.pop("label"))
        if "list_label" in given:
            given["label"] = given.pop("list_label")
        relations.change_relation(field.pk, actor=self.actor, **given)
        return Response(represent_relation(relations.get_relation_field(field.pk, actor=self.actor)))


class LinksView(ApiView):
    keeps_answers = True

    @extend_schema(
        operation_id="custom_relations_link", summary=str(_("Make a relation, many to many")),
        request={"application/json": shapes.NEW_LINK}, responses={201: shapes.OBJECT},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Its links are records of the object that is made here, with fields of their own."""
        require(self.actor, services.MANAGE)
        given = _given(request, _LINK, ("first", "second", "label", "label_plural"))
        return Response(represent(relations.define_link(actor=self.actor, **given)), status=201)
