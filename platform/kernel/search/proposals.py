"""Records that may answer, of one entity, asked of the database in a bounded number of rows.

Common words are on tens of thousands of records, and no index gives the best of them: what begins a title comes from an
index of titles, what the person has opened lately by its key, the rest as the trigram index finds it. When it finds
fewer than asked for, these are all there are, and their order is exact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from kernel.access import Actor, records_visible_to
from kernel.models import TitleIndex
from kernel.query.lookups import like_pattern
from kernel.query.select import shown_columns
from kernel.registry import Entity
from kernel.search.conditions import answering, begins
from kernel.search.matching import INSIDE, Said
from kernel.search.typed import Typed
from kernel.text.folding import fold

MOST = 120
_TITLES = 30


@dataclass(frozen=True)
class Proposal:
    id: UUID
    mine: bool
    said: list[Said]
    #: Ids of related records whose titles are searched too, by field.
    related: dict[str, UUID]


def propose(
    kind: Entity, typed: Typed, *, actor: Actor, fresh: Collection[UUID] = (), most: int = MOST,
    condition: Q | None = None,
) -> list[Proposal]:  # fmt: skip
    """At most about `most` records that hold the words (or answer to a condition), likely ones among them."""
    names = _columns(kind)
    rows = shown_columns(kind, records_visible_to(actor, kind).order_by(), names)
    found = rows.filter(answering(kind, typed) if condition is None else condition)
    parts = [found.values_list(*names)[:most]]
    if fresh:
        parts.append(found.filter(pk__in=fresh).values_list(*names))
    if condition is None and kind.has_search and _has_title_index(kind):
        titled = found.filter(search_text__titled=like_pattern(typed.folded)[1:])
        parts.append(titled.values_list(*names)[:_TITLES])
    taken = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found_rows = list(taken)
    if condition is None and len(found_rows) >= most and any(len(word.text) >= INSIDE for word in typed.words):
        found_rows += list(found.filter(*_word_starts(kind, typed)).values_list(*names)[: most // 2])
    return _read(kind, names, found_rows, actor)


def _word_starts(kind: Entity, typed: Typed) -> list[Q]:
    if not kind.has_search:
        return []
    return [Q(*[begins(form) for form in (*word.forms, *word.near)], _connector=Q.OR) for word in typed.words]


def _has_title_index(kind: Entity) -> bool:
    return any(isinstance(index, TitleIndex) for index in kind.model_class._meta.indexes)


def _columns(kind: Entity) -> list[str]:
    mine = f"{kind.owner}_id" if kind.has_owner else "created_by_id"
    return ["pk", mine, *(field.column for field in kind.searched)]


def _read(kind: Entity, names: Sequence[str], rows: Sequence[tuple[Any, ...]], actor: Actor) -> list[Proposal]:
    found: dict[UUID, Proposal] = {}
    for pk, mine, *values in rows:
        if pk in found:
            continue
        said, related = [], {}
        for field, value in zip(kind.searched, values, strict=True):
            if field.kind == "relation":
                if value is not None:
                    related[field.name] = value
            elif value not in (None, ""):
                said.append(Said(field.name, field.kind, fold(str(value))))
        found[pk] = Proposal(pk, actor.user_id is not None and mine == actor.user_id, said, related)
    return list(found.values())
