"""One viewset for every entity of the registry. Thin: what may be done is decided by the kernel's services."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from api.bulk import bulk_upsert
from api.errors import PreconditionFailed
from api.history import answer_history
from api.pages import answer_list
from api.representation import SYSTEM, Shape
from api.schema.entities import EntitySchema
from api.shares import answer_shares, make_share
from api.versions import (
    etag,
    from_header,
    mark_of,
    marks_from_header,
    object_of,
    take_from_body,
    unchanged_since,
)
from api.views.base import ApiView
from kernel import records
from kernel.access import entity_for, get_record_for, require
from kernel.asides import Worn, asides_of, clean_asides, create_with, take_asides, update_with
from kernel.audit import record_opening
from kernel.clean import READ_ONLY, Problems, clean_many
from kernel.errors import Conflict, Invalid, NotFound
from kernel.paths import own_entity
from kernel.registry import Entity
from kernel.shares import unshare_record

#: What any bulk delete may name at once.
_NO_IDS = _("“ids” is a list of at most 10,000 record ids.")


def identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


def entity_address(entity: Entity, page: str, **kwargs: Any) -> str:
    """The address of one of an entity's operations: "list", "bulk", "record", "restore", "history"."""
    if entity.is_own:
        return reverse(f"api-own-{page}", kwargs={"plural": entity.plural, **kwargs})
    return reverse(f"api-{entity.name}-{page}", kwargs=kwargs)


class EntityViewSet(ViewSetMixin, ApiView):
    """Mounted once for each entity by api.urls."""

    entity: Entity = None  # type: ignore[assignment]  # given by as_view
    keeps_answers = True
    schema = EntitySchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.entity = entity_for(self.actor, self.entity.name)
        require(self.actor, self.entity.permission("view"))

    def represent(self, record: Any) -> dict[str, Any]:
        """The record as its reader gets it; conflicts show the current one by this."""
        return self._shape().row(record, self.actor)

    def _shape(self) -> Shape:
        params = self.request.query_params
        return Shape.of(self.entity, params.getlist("fields"), params.getlist("expand"))

    def _answer(self, record: Any, status: int = 200, worn: dict[str, Worn] | None = None) -> Response:
        shape = self._shape()
        worn = shape.worn([record], self.actor) if worn is None else worn
        tag = etag(record, mark_of(record, worn))
        headers = {"ETag": tag} if tag else {}
        return Response(shape.row(record, self.actor, worn), status=status, headers=headers)

    def _clean(self, raw: Mapping[str, Any], *, partial: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        """Cleaned values and what is to hang on the record, or every problem at once: those of the system's own names
        beside the kernel's."""
        raw, sent = take_asides(self.entity, raw)
        known = {*self.entity.all_fields, *asides_of(self.entity)}
        kept = [n for n in raw if n not in known and (n in SYSTEM or n.removesuffix("_label") in known)]
        problems: Problems = {name: [READ_ONLY] for name in kept}
        rest = {name: value for name, value in raw.items() if name not in problems}
        values, found = clean_many(self.entity, [rest], actor=self.actor, partial=partial)[0]
        hanging, wrong = clean_asides(self.entity, [sent], actor=self.actor)[0]
        problems |= found | wrong
        if problems:
            raise Invalid(problems)
        return values, hanging

    def _refuse_unseen(self, record: Any, hanging: Mapping[str, Any]) -> None:
        """What replaces what hangs on a record is held to have seen that, if If-Match says what was seen."""
        marks = marks_from_header(self.request) if hanging else None
        if marks is None:
            return
        worn = Shape.of(self.entity).worn([record], self.actor)
        if mark_of(record, worn) not in marks:
            raise PreconditionFailed(record)

    # ── many ──
    def list(self, request: Request) -> Response:
        return Response(answer_list(request, self.entity, self.actor))

    def create(self, request: Request) -> Response:
        require(self.actor, self.entity.permission("add"))
        self._shape()  # a bad `?fields=` must not be told of after the record was made
        values, hanging = self._clean(object_of(request.data), partial=False)
        record = create_with(self.entity, actor=self.actor, values=values, hanging=hanging)
        record.refresh_from_db()  # generated columns and rounding, as the next reader will see them
        response = self._answer(record, 201)
        address = entity_address(self.entity, "record", pk=str(record.pk))
        response["Location"] = request.build_absolute_uri(address)
        return response

    def bulk(self, request: Request) -> Response:
        if not self.actor.may(self.entity.permission("add")):
            require(self.actor, self.entity.permission("change"))
        given = request.data
        if isinstance(given, list):
            # The records alone, with the match key in the address: `POST …/bulk/?match=name`.
            match = request.query_params.getlist("match")
            given = {"records": given, **({"match": match} if match else {})}
        return Response(bulk_upsert(self.entity, object_of(given), actor=self.actor))

    def bulk_destroy(self, request: Request) -> Response:
        require(self.actor, self.entity.permission("delete"))
        given = object_of(request.data).get("ids")
        if not isinstance(given, list) or len(given) > 10_000:
            raise Invalid.one("ids", "not_a_list", _NO_IDS)
        try:
            ids = [UUID(str(pk)) for pk in given]
        except ValueError:
            raise Invalid.one("ids", "bad_id", _NO_IDS) from None
        outcome = records.bulk_delete(self.entity, ids, actor=self.actor)
        return Response({"deleted": outcome.changed, "refused": outcome.refused, "batch": str(outcome.batch)})

    # ── one ──
    def retrieve(self, request: Request, pk: str) -> Response:
        record = get_record_for(self.actor, self.entity, pk)
        worn = self._shape().worn([record], self.actor)
        mark = mark_of(record, worn)
        if unchanged_since(request, record, mark):
            return Response(status=304, headers={"ETag": etag(record, mark) or ""})
        record_opening(actor=self.actor, entity=self.entity, record=record)
        return self._answer(record, worn=worn)

    def partial_update(self, request: Request, pk: str) -> Response:
        self._shape()
        raw = object_of(request.data)
        from_body, from_head = take_from_body(raw), from_header(request)
        seen = get_record_for(self.actor, self.entity, pk, "change")  # before values are judged: 404 and 403 come first
        values, hanging = self._clean(raw, partial=True)
        self._refuse_unseen(seen, hanging)
        version = from_head if from_head is not None else from_body
        try:
            record = update_with(
                self.entity, identifier(pk), actor=self.actor, values=values, hanging=hanging, version=version
            )
        except Conflict as conflict:
            raise (PreconditionFailed(conflict.current) if from_head is not None else conflict) from None
        record.refresh_from_db()
        return self._answer(record)

    def destroy(self, request: Request, pk: str) -> Response:
        version = from_header(request)
        try:
            records.delete_record(self.entity, identifier(pk), actor=self.actor, version=version)
        except Conflict as conflict:
            raise PreconditionFailed(conflict.current) from None
        return Response(status=204)

    def restore(self, _request: Request, pk: str) -> Response:
        record = records.restore_record(self.entity, identifier(pk), actor=self.actor)
        return self._answer(record)

    def history(self, request: Request, pk: str) -> Response:
        return Response(answer_history(request, self.entity, identifier(pk), self.actor))

    def list_shares(self, _request: Request, pk: str) -> Response:
        return Response(answer_shares(self.entity, identifier(pk), self.actor))

    def share(self, request: Request, pk: str) -> Response:
        made = make_share(self.entity, identifier(pk), object_of(request.data), self.actor)
        return Response(made, status=201)

    def unshare(self, _request: Request, pk: str, share: str) -> Response:
        unshare_record(self.entity, identifier(pk), identifier(share), actor=self.actor)
        return Response(status=204)


class OwnEntityViewSet(EntityViewSet):
    """The same, mounted once for all entities that organizations make themselves."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self._plural = str(kwargs.pop("plural"))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.entity = own_entity(self._plural)
        super().initial(request, *args, **kwargs)
