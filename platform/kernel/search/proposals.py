"""Records that may answer, of one entity, asked of the database in a bounded number of rows.

Common words are on tens of thousands of records, and no index gives the best of them. What begins a title comes from an
index of titles at once; if that is enough, nothing else is asked. Then words that begin so, then those that hold it, by
trigrams. When fewer come than were asked for, these are all there are, and their order is exact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Collate, Left

from kernel.access import Actor, records_visible_to
from kernel.models import TITLE_LETTERS, TitleIndex
from kernel.query.lookups import like_pattern
from kernel.query.select import shown_columns
from kernel.registry import Entity
from kernel.search.conditions import answering, hidden_fields
from kernel.search.matching import INSIDE, Said
from kernel.search.typed import Typed
from kernel.text.folding import fold

MOST = 100
#: So many titles that begin with the text are more than anybody is shown at once: nothing else is looked for then.
TITLES = 30


@dataclass(frozen=True)
class Proposal:
    id: UUID
    mine: bool
    said: list[Said]
    #: Ids of related records whose titles are searched too, by field.
    related: dict[str, UUID]


def propose(
    kind: Entity, typed: Typed, *, actor: Actor, fresh: Collection[UUID] = (), most: int = MOST
) -> list[Proposal]:
    """At most about `most` records that hold the words, the likely ones among them; each step only if it is needed."""
    rows = _rows(kind, actor)
    taken: list[tuple[Any, ...]] = []
    # Near words are looked for when no title begins with what was typed.
    by_title = _has_title_index(kind) and not any(word.near for word in typed.words)
    # Put together only where it is asked: often the titles that begin so are enough.
    found = rows.filter(answering(kind, typed)) if fresh or not by_title else None
    if _has_title_index(kind):
        taken = list(_titled(rows, typed)) if by_title else []
        taken += found.filter(pk__in=fresh) if found is not None else ()
        if len(taken) >= TITLES:
            return _read(kind, taken, actor)
    found = rows.filter(answering(kind, typed)) if found is None else found
    word = typed.words[0]
    if by_title and len(typed.words) == 1 and len(word.text) >= INSIDE:
        taken += found.filter(search_text__holds=f" {word.text}")[:most]
        if len(taken) >= most:
            return _read(kind, taken, actor)
    return _read(kind, [*taken, *found[:most]], actor)


def propose_where(kind: Entity, condition: Q, *, actor: Actor, most: int = MOST) -> list[Proposal]:
    return _read(kind, list(_rows(kind, actor).filter(condition)[:most]), actor)


def _rows(kind: Entity, actor: Actor) -> QuerySet[Any]:
    names = _columns(kind)
    return shown_columns(kind, records_visible_to(actor, kind).order_by(), names).values_list(*names)


def _titled(rows: QuerySet[Any], typed: Typed) -> QuerySet[Any]:
    """Titles that begin with the text, those that are it before the longer ones.

    Nothing else is asked of them, or the planner would take the trigram index to it and sort what that finds.
    """
    begins = Collate(Left("search_text", TITLE_LETTERS), "C")
    return rows.filter(search_text__titled=like_pattern(typed.folded[:TITLE_LETTERS])[1:]).order_by(begins)[:TITLES]


def _has_title_index(kind: Entity) -> bool:
    return any(isinstance(index, TitleIndex) for index in kind.model_class._meta.indexes)


def _columns(kind: Entity) -> list[str]:
    mine = f"{kind.owner}_id" if kind.has_owner else "created_by_id"
    return ["pk", mine, *(field.column for field in kind.searched), *(["more_text"] if _says_more(kind) else [])]


def _says_more(kind: Entity) -> bool:
    """Whether further numbers and addresses count; who may not see all that is searched is not told of them."""
    return kind.has_more and not hidden_fields(kind)


def _more(text: str) -> list[Said]:
    """The further numbers and addresses, each by itself."""
    kinds = (("email" if "@" in word else "phone", word) for word in text.split())
    return [Said("more_text", kind, word) for kind, word in kinds]


def _read(kind: Entity, rows: Sequence[tuple[Any, ...]], actor: Actor) -> list[Proposal]:
    found: dict[UUID, Proposal] = {}
    for pk, mine, *values in rows:
        if pk in found:
            continue
        said, related = [], {}
        if _says_more(kind):
            said += _more(values.pop())
        for field, value in zip(kind.searched, values, strict=True):
            if field.kind == "relation":
                if value is not None:
                    related[field.name] = value
            elif value not in (None, ""):
                said.append(Said(field.name, field.kind, fold(str(value))))
        found[pk] = Proposal(pk, actor.user_id is not None and mine == actor.user_id, said, related)
    return list(found.values())
