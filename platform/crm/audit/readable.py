"""What a reader of the audit may see of an entity and of its records. The one place that decides it for the audit."""

from collections.abc import Iterable
from uuid import UUID

from kernel.access import NOTHING, Actor, entity_for, visible
from kernel.registry import Entity, registry
from kernel.registry.book import UnknownName


def entity_read_by(actor: Actor, name: str) -> Entity | None:
    """The entity without what the actor may not see; None where it is unknown or none of it is seen."""
    try:
        kind = entity_for(actor, name)
    except UnknownName:
        return None
    return kind if actor.may(kind.permission("view")) else None


def is_entity(name: str) -> bool:
    """Whether a line of this name is about records; others are about the workspace itself."""
    return any(entity.name == name for entity in registry.entities)


def sees_all(actor: Actor, entity: Entity) -> bool:
    """Whether every record of the entity is the actor's to see, those among them that no longer exist."""
    return not visible(entity, actor)


def open_entities(actor: Actor) -> list[Entity]:
    """Entities of which the actor sees every record."""
    return [kind for e in registry.entities if (kind := entity_read_by(actor, e.name)) and sees_all(actor, kind)]


def records_seen(actor: Actor, entity: Entity, ids: Iterable[UUID]) -> set[UUID]:
    """Of these records the ones that the actor may see, deleted ones among them."""
    condition = visible(entity, actor)
    if condition == NOTHING:
        return set()
    seen = entity.records(everything=True).filter(condition, pk__in=set(ids))
    return set(seen.values_list("pk", flat=True))
