"""A record's history, newest first: who changed what from what to what, and through which door."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.pages import address, read_limit
from kernel.access import Actor
from kernel.audit import history
from kernel.errors import Invalid
from kernel.models import AuditEntry
from kernel.registry import Entity


def answer_history(request: Request, entity: Entity, pk: UUID, actor: Actor) -> dict[str, Any]:
    limit = read_limit(request.query_params.get("limit"))
    entries = history(entity, pk, actor=actor, limit=limit + 1, before=_before(request))
    more = len(entries) > limit
    entries = entries[:limit]
    return {
        "results": [_entry(entity, entry) for entry in entries],
        "next": address(request, str(entries[-1].pk)) if more else None,
    }


def _before(request: Request) -> UUID | None:
    cursor = request.query_params.get("cursor")
    if not cursor:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise Invalid.one(
            "cursor", "bad_cursor", _("This cursor is not one of ours. Start from the first page.")
        ) from None


def _entry(entity: Entity, entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "action": entry.action,
        "source": entry.source,
        "actor": {"id": str(entry.actor_id) if entry.actor_id else None, "label": entry.actor_label},
        "batch": str(entry.batch) if entry.batch else None,
        "changes": [_change(entity, name, change) for name, change in entry.changes.items()],
    }


def _change(entity: Entity, name: str, change: Any) -> dict[str, Any]:
    spec = entity.all_fields.get(name)
    old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
    return {"field": name, "label": spec.label if spec else name, "old": old, "new": new}
