"""With whom a record is shared, as programs see and change it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.errors import Invalid
from kernel.registry import Entity
from kernel.shares import Share, list_shares, share_record

KNOWN = ("to_kind", "to", "level", "until", "note")
_BAD_MOMENT = _("“until” is a moment with its time zone, such as 2026-12-31T20:30:00Z.")


def answer_shares(entity: Entity, pk: UUID, actor: Actor) -> dict[str, Any]:
    return {"results": [_written(one) for one in list_shares(entity, pk, actor=actor)]}


def make_share(entity: Entity, pk: UUID, data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    unknown = [name for name in data if name not in KNOWN]
    if unknown:
        raise Invalid.one(unknown[0], "unknown_field", _("There is no field of this name here."))
    for name in KNOWN:
        if not isinstance(data.get(name, ""), str) and data[name] is not None:
            raise Invalid.one(name, "not_text", _("Send a text here."))
    row = share_record(
        entity, pk, actor=actor, to_kind=data.get("to_kind") or "", to_id=data.get("to") or "",
        level=data.get("level") or "view", until=_moment(data.get("until")), note=data.get("note") or "",
    )  # fmt: skip
    return next(_written(one) for one in list_shares(entity, pk, actor=actor) if one.row.pk == row.pk)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or is_naive(moment):
        raise Invalid.one("until", "bad_moment", _BAD_MOMENT)
    return moment


def _written(one: Share) -> dict[str, Any]:
    row = one.row
    return {
        "id": str(row.pk), "to_kind": row.to_kind, "to": str(row.to_id), "to_label": one.to, "level": row.level,
        "until": row.until.isoformat().replace("+00:00", "Z") if row.until else None, "note": row.note,
        "by": str(row.by_id) if row.by_id else None, "by_label": one.by or None,
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
