"""What a search asks of the database, over the fields that an entity searches (and the actor may see)."""

from django.db.models import Q

from kernel.query.lookups import like_pattern
from kernel.registry import Entity
from kernel.search.matching import INSIDE
from kernel.search.typed import Typed, Word


def answering(kind: Entity, typed: Typed) -> Q:
    """The condition under which a record of the entity answers, over the fields of `kind` alone.

    Of several words it is put as "all of them in the searched column, or some of them elsewhere", which says the same:
    the trigram index finds rows by all words of its column at once, and other texts are read of few. (Of conditions
    that use the same partial index, as the words elsewhere do, the planner never joins two.)
    """
    every = Q(*[word_condition(kind, word) for word in typed.words])
    if len(typed.words) == 1 or not kind.has_search or hidden_fields(kind):
        return every
    elsewhere = Q(*[_elsewhere(kind, word) for word in typed.words], _connector=Q.OR)
    return Q(*[_in_column(word) for word in typed.words]) | elsewhere & every


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
    return _in_column(word) | _elsewhere(kind, word)


def _elsewhere(kind: Entity, word: Word) -> Q:
    """In the organization's own fields, or in the further ways to reach somebody."""
    own = _in_own(kind, word)
    return own | ~Q(more_text="") & _in_column(word, "more_text") if kind.has_more else own


def _in_column(word: Word, column: str = "search_text") -> Q:
    parts = [_holds(form, column) for form in word.forms] + [begins(form, column) for form in _beginnings(word)]
    return Q(*parts, _connector=Q.OR)


def _in_own(kind: Entity, word: Word) -> Q:
    """In a text field that the organization made itself: the index narrows, the field decides."""
    own = [field.column for field in kind.searched if not field.stored]
    found = Q(pk__in=[])
    for form in (*word.forms, *_beginnings(word)) if own else ():
        said = [Q(**{f"{name}__reads": form}) for name in own]
        # The fields first: reading all texts of a record costs ten times as much, and is for the index alone.
        found |= Q(*said, _connector=Q.OR) & Q(**{f"extra__says{'' if len(form) >= INSIDE else '_word'}": form})
    return found


def _beginnings(word: Word) -> list[str]:
    """Near words without those that begin with another of them: who looks for the shorter finds the longer."""
    kept: list[str] = []
    for form in sorted(word.near):  # the shorter of two that begin alike stands before the other
        if not kept or not form.startswith(kept[-1]):
            kept.append(form)
    return kept


def hidden_fields(kind: Entity) -> set[str]:
    """Names that the searched column is made of and that are not searched (here, by this actor)."""
    return set(kind.search_sources) - {field.name for field in kind.searched}


def _holds(form: str, column: str) -> Q:
    if len(form) >= INSIDE:
        return Q(**{f"{column}__holds": form})
    return begins(form, column)


def begins(form: str, column: str = "search_text") -> Q:
    """Where a word begins: at the start, or after a space."""
    begin = like_pattern(form)[1:]
    return Q(**{f"{column}__begins": begin}) | Q(**{f"{column}__begins": f"% {begin}"})
