"""Searching as pages and the API do it: over the entities that one may see, nearer what one had in hand lately."""

from collections.abc import Iterable
from uuid import UUID

from crm.services.opened import opened_by
from kernel.access import Actor, entity_for, records_visible_to
from kernel.registry import Entity, registry
from kernel.search.conditions import answering
from kernel.search.find import Fresh, Hit, find
from kernel.search.typed import read

#: A facet counts so far and no further: "1,000+".
MOST_COUNTED = 1_000
_LATELY = 40


def seen_entities(actor: Actor) -> list[Entity]:
    """Entities with pages that the actor may see, of engines that are on."""
    on = registry.entities_of(actor.engines)
    return [entity for entity in on if entity.pages and not entity.is_part and actor.may(entity.permission("view"))]


def searched_entities(actor: Actor) -> list[Entity]:
    """Of these, what people work with: the words of a setup list are found in their settings."""
    return [entity for entity in seen_entities(actor) if not registry.is_setup(entity)]


def freshness(actor: Actor) -> Fresh:
    """What the person opened lately, by entity: 9 for the last, down to 1."""
    found: dict[str, dict[UUID, int]] = {}
    for n, (pk, (entity, _times, _at)) in enumerate(list(opened_by(actor).items())[:_LATELY]):
        found.setdefault(entity, {})[pk] = max(1, 9 - n // 4)
    return found


def search_hits(
    text: str, *, actor: Actor, most: int, entities: Iterable[Entity] | None = None
) -> list[Hit]:  # fmt: skip
    chosen = searched_entities(actor) if entities is None else entities
    return find(text, actor=actor, entities=chosen, fresh=freshness(actor), most=most)


def counts_of(text: str, *, actor: Actor, entities: Iterable[Entity] | None = None) -> dict[str, int]:
    """How many records of each entity hold the words, counted up to a thousand; one short query an entity."""
    typed = read(text)
    if not typed:
        return {}
    found = {}
    for kind in (entity_for(actor, e) for e in (searched_entities(actor) if entities is None else entities)):
        rows = records_visible_to(actor, kind).order_by().filter(answering(kind, typed))
        found[kind.name] = rows.values("pk")[: MOST_COUNTED + 1].count()
    return found
