"""Products held: tied to the catalogue where Sales is on and knows them by this very name."""

from collections.abc import Sequence

from crm.models import Holding
from kernel.access import Actor, records_visible_to
from kernel.registry import registry
from kernel.registry.book import UnknownName
from kernel.text.folding import match_key
from kernel.write import Change


def after_holdings(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    named = [c.record for c in changes if c.record.product_ref is None and (verb == "created" or "name" in c.diff)]
    known = _products({record.name for record in named}, actor) if named else {}
    for record in named:
        if found := known.get(match_key(record.name)):
            record.product_ref = found
            Holding.objects.filter(pk=record.pk).update(product_ref=found)


def _products(names: set[str], actor: Actor) -> dict[str, object]:
    """Ids by folded name of products that the actor sees; none where the catalogue is off."""
    try:
        kind = registry.entity("product")
    except UnknownName:
        return {}
    if kind.engine not in actor.engines or not actor.may(kind.permission("view")) or actor.user_id is None:
        return {}
    rows = records_visible_to(actor, kind).filter(**{f"{kind.title}__in": names})
    return {match_key(name): pk for pk, name in rows.values_list("pk", kind.title)}
