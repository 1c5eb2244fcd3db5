"""Typing ahead over one entity, for relations in forms and filters."""

from kernel.access import Actor, entity_for, records_visible_to
from kernel.query.labels import Suggestion
from kernel.registry import Entity
from kernel.search.find import Hit, find
from kernel.search.matching import Tier, Verdict
from kernel.search.shown import show
from kernel.search.typed import read
from kernel.text.folding import fold


def suggest(entity: str | Entity, text: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """Records that answer to what was typed so far, the likeliest first; with nothing typed the first by title."""
    kind = entity_for(actor, entity)
    if fold(text):
        shown = show(find(text, actor=actor, entities=[kind], most=limit), actor=actor)
        return [Suggestion(one.hit.id, one.title, one.detail, one.tier) for one in shown]
    rows = records_visible_to(actor, kind).order_by(*([kind.title] if kind.title else []), "id")
    first = [Hit(kind, pk, Verdict(Tier.WORD), read("")) for pk in rows.values_list("pk", flat=True)[:limit]]
    return [Suggestion(one.hit.id, one.title, one.detail, one.tier) for one in show(first, actor=actor)]
