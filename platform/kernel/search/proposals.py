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
from kernel.search.matching import INSIDE, Said
from kernel.search.typed import Typed, Word
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


def answering(kind: Entity, typed: Typed) -> Q:
    """The condition under which a record of the entity answers, over the fields of `kind` alone."""
    return Q(*[word_condition(kind, word) for word in typed.words])


def word_condition(kind: Entity, word: Word) -> Q:
    """One word somewhere in what is searched; of near ones, where words begin."""
    plain = [field.column for field in kind.searched if field.kind != "relation" and field.stored]
    if not kind.has_search or hidden_fields(kind):
        # What the searched column holds besides, this actor may not see: the word must stand in what they may.
        said = [Q(**{f"{name}__folded": form}) for name in plain for form in (*word.forms, *word.near)]
        found = Q(*said, Q(pk__in=[]), _connector=Q.OR)
        if not kind.has_search:
            return found
        return found & _in_column(word) | _in_own(kind, word)
    return _in_column(word) | _in_own(kind, word)


def _in_column(word: Word) -> Q:
    parts = [_holds(form) for form in word.forms] + [_begins(form) for form in word.near]
    return Q(*parts, _connector=Q.OR)


def _in_own(kind: Entity, word: Word) -> Q:
    """In a text field that the organization made itself: the index narrows, the field decides."""
    own = [field.column for field in kind.searched if not field.stored]
    found = Q(pk__in=[])
    for form in (*word.forms, *word.near) if own else ():
        said = Q(*[Q(**{f"{name}__folded": form}) for name in own], _connector=Q.OR)
        found |= Q(extra__says=form) & said
    return found


def hidden_fields(kind: Entity) -> set[str]:
    """Names that the searched column is made of and that are not searched (here, by this actor)."""
    return set(kind.search_sources) - {field.name for field in kind.searched}


def _holds(form: str) -> Q:
    if len(form) >= INSIDE:
        return Q(search_text__holds=form)
    return _begins(form)


def _begins(form: str) -> Q:
    begin = like_pattern(form)[1:]
    return Q(search_text__begins=begin) | Q(search_text__begins=f"% {begin}")


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
        begins = found.filter(search_text__titled=like_pattern(typed.folded)[1:])
        parts.append(begins.values_list(*names)[:_TITLES])
    taken = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found_rows = list(taken)
    if condition is None and len(found_rows) >= most and any(len(word.text) >= INSIDE for word in typed.words):
        found_rows += list(found.filter(*_word_starts(kind, typed)).values_list(*names)[: most // 2])
    return _read(kind, names, found_rows, actor)


def _word_starts(kind: Entity, typed: Typed) -> list[Q]:
    if not kind.has_search:
        return []
    return [Q(*[_begins(form) for form in (*word.forms, *word.near)], _connector=Q.OR) for word in typed.words]


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
