"""Names of records: for relations shown elsewhere, and for typing ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kernel.access import Actor, records_visible_to
from kernel.registry import Entity, registry


@dataclass(frozen=True)
class Suggestion:
    id: UUID
    label: str
    detail: str = ""
    #: Rank of a customer's worth, where its kind has one.
    tier: str = ""


def labels_for(entity: str | Entity, ids: Iterable[UUID | None], *, actor: Actor) -> dict[UUID, str]:
    """Titles by id, of the records that the actor may see; the others are simply not there."""
    kind = registry.entity(entity)
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    found = records_visible_to(actor, kind).filter(pk__in=wanted)
    return {pk: str(title or "—") for pk, title in found.values_list("pk", kind.title)}
