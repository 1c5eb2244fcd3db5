"""The audit over the API: the same filters as the page, the same limits of what one may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.pages import NO_SUCH_PARAMETER, address, read_limit
from api.views.base import ApiView
from crm.audit.asking import NAMES, read_question
from crm.audit.check import VIEW
from crm.audit.lines import Line, lines_of
from crm.audit.reading import newest_lines
from crm.audit.words import ACTS, SOURCES
from kernel.access import require
from kernel.audit import CATEGORIES
from kernel.errors import Invalid
from kernel.models import AuditEntry

_ABOUT: dict[str, Any] = {
    "who": (UUID, _("Id of the person who acted")), "entity": (str, _("What it is about, such as “deal”")),
    "record": (UUID, _("Id of the record")), "field": (str, _("A field that changed; needs “entity”")),
    "ip": (str, _("Address it came from")), "since": (str, _("First day, in the caller's time zone")),
    "until": (str, _("Last day, in the caller's time zone")),
    "q": (str, _("Words of a record's or person's name, an address, or an id")),
    "limit": (int, _("Lines at once, at most 200")), "cursor": (str, _("From “next” of the answer before")),
}  # fmt: skip
_CHOICES: dict[str, Iterable[str]] = {"action": ACTS, "category": CATEGORIES, "source": SOURCES}
_PARAMETERS = [
    *(OpenApiParameter(name, kind, description=str(about)) for name, (kind, about) in _ABOUT.items()),
    *(OpenApiParameter(name, str, enum=list(choices)) for name, choices in _CHOICES.items()),
]


class _Named(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer, not DRF's own


class AuditChangeSerializer(serializers.Serializer[Any]):
    """One field from what to what: as kept, and in the caller's language."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    old_label = serializers.CharField()
    new_label = serializers.CharField()
    hidden = serializers.BooleanField()


class AuditLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    source = serializers.ChoiceField(list(SOURCES))  # type: ignore[assignment]  # as above
    actor = _Named()
    entity = serializers.CharField()
    record = _Named()
    ip = serializers.IPAddressField(allow_null=True)
    reference = serializers.CharField()
    batch = serializers.UUIDField(allow_null=True)
    hidden = serializers.BooleanField(help_text="The record is not yours to see")
    changes = AuditChangeSerializer(many=True)


class AuditListSerializer(serializers.Serializer[Any]):
    results = AuditLineSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class AuditView(ApiView):
    @extend_schema(
        tags=["audit"], operation_id="audit_list", summary=str(_("Read the audit, newest first")),
        parameters=_PARAMETERS, responses=AuditListSerializer,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Asks for the permission crm.audit.view. Values of records that the caller may not see are left out."""
        require(self.actor, VIEW)
        params = request.query_params
        if strange := sorted(set(params) - {*NAMES, "limit", "cursor"}):
            raise Invalid({name: [NO_SUCH_PARAMETER] for name in strange})
        limit, before = read_limit(params.get("limit")), _cursor(params.get("cursor"))
        found = newest_lines(self.actor, read_question(params), most=limit + 1, before=before)
        more, found = len(found) > limit, found[:limit]
        lines = lines_of(found, actor=self.actor)
        return Response({
            "results": [_answer(line, row) for line, row in zip(lines, found, strict=True)],
            "next": address(request, str(found[-1].pk)) if more else None,
        })  # fmt: skip


def _cursor(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid.one(
            "cursor", "bad_cursor", _("This cursor is not one of ours. Start from the first page.")
        ) from None


def _answer(line: Line, row: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(line.id), "at": line.at.isoformat().replace("+00:00", "Z"), "action": line.action,
        "source": row.source, "actor": {"id": str(line.who_id) if line.who_id else None, "label": line.who},
        "entity": line.entity, "record": {"id": str(line.record_id) if line.record_id else None, "label": line.record},
        "ip": line.ip or None, "reference": line.request_id, "batch": str(line.batch) if line.batch else None,
        "hidden": line.hidden, "changes": [_change(change, row.changes[change.name]) for change in line.changes],
    }  # fmt: skip


def _change(change: Any, value: Any) -> dict[str, Any]:
    old, new = value if isinstance(value, list) and len(value) == 2 else (None, value)
    return {
        "field": change.name, "label": change.label, "old": None if change.hidden else old,
        "new": None if change.hidden else new, "old_label": change.before, "new_label": change.after,
        "hidden": change.hidden,
    }  # fmt: skip
