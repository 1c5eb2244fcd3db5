"""Names of records: for relations shown elsewhere, and for typing ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, IntegerField, Q, Value, When

from kernel.access import Actor, entity_for, records_visible_to
from kernel.query.lookups import like_pattern
from kernel.query.select import MOST_WORDS, TRIGRAM, search, searched
from kernel.registry import Entity, registry
from kernel.text.folding import fold


@dataclass(frozen=True)
class Suggestion:
    id: UUID
    label: str
    detail: str = ""


def labels_for(entity: str | Entity, ids: Iterable[UUID | None], *, actor: Actor) -> dict[UUID, str]:
    """Titles by id, of the records that the actor may see; the others are simply not there."""
    kind = registry.entity(entity)
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    found = records_visible_to(actor, kind).filter(pk__in=wanted)
    return {pk: str(title or "—") for pk, title in found.values_list("pk", kind.title)}


def suggest(entity: str | Entity, text: str, *, actor: Actor, limit: int = 8) -> list[Suggestion]:
    """Records that answer to what was typed so far; those whose title begins with it stand first.

    One or two letters are looked for where words begin: anywhere in a text they are everywhere, and no index helps.
    """
    kind = entity_for(actor, entity)
    rows, folded = records_visible_to(actor, kind), fold(text)
    words = folded.split()[:MOST_WORDS]
    if kind.has_search:
        rows, columns = searched(kind, rows)
        for short in (word for word in words if len(word) < TRIGRAM):
            begins = like_pattern(short)[1:]
            for column in columns:
                rows = rows.filter(Q(**{f"{column}__begins": begins}) | Q(**{f"{column}__begins": f"% {begins}"}))
        words = [word for word in words if len(word) >= TRIGRAM]
    rows = search(kind, rows, " ".join(words))
    if folded and kind.has_search:
        begins = like_pattern(folded)[1:]
        rank = Case(
            When(**{f"{columns[-1]}__begins": begins}, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        rows = rows.annotate(rank=rank).order_by("rank", kind.title, "id")
    else:
        rows = rows.order_by(*([kind.title] if kind.title else []), "id")
    named = (f for f in (kind.subtitle, *kind.glance) if f and f != kind.owner)
    detail = next((f for f in named if not kind.field(f).masked), "")
    field = kind.all_fields.get(detail)
    if field and field.kind == "relation":
        rows = rows.select_related(detail)
    found = []
    for row in rows[:limit]:
        value = getattr(row, detail, "") if detail else ""
        found.append(Suggestion(row.pk, kind.title_of(row), "" if value is None else str(value)))
    return found
