"""A customer's value tier with its reasons: by hand with a note, or worked out by an engine with its sums."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from kernel.access import Actor
from kernel.records import update_record
from kernel.registry import registry

#: One line of the sum: {"label": text or msgid, "text": what it rests on, "points": number}.
Line = Mapping[str, Any]


@transaction.atomic
def set_tier(
    entity: str, pk: UUID | str, tier: str, *, actor: Actor, note: str = "", by: str = "hand",
    lines: Sequence[Line] = (), limit: float | None = None,
) -> Any:  # fmt: skip
    """Set the tier; the sum of the lines' points is the score, `limit` what the tier begins at."""
    record = update_record(entity, pk, actor=actor, values={"tier": tier})
    reason: dict[str, Any] = {"by": by, "who": actor.label, "at": timezone.now().isoformat()}
    if note:
        reason["note"] = note[:500]
    if lines:
        reason["lines"] = [dict(line) for line in lines][:12]
        reason["score"] = sum(float(line.get("points", 0)) for line in lines)
    if limit is not None:
        reason["limit"] = limit
    record.tier_reason = reason if tier else {}
    registry.entity(entity).model_class._default_manager.filter(pk=record.pk).update(tier_reason=record.tier_reason)
    return record
