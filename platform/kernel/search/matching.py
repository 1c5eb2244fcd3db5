"""Whether and how well a record answers to what was typed: the rules of searching, in plain Python.

The database only proposes records (`kernel.search.proposals`); what is found, in which order, is decided here, over the
fields that the actor may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

from kernel.registry import Entity
from kernel.search.typed import Typed, Word, digits_of
from kernel.text.folding import fold

#: The fewest letters that are looked for inside a word; fewer are everywhere, so they must begin one.
INSIDE = 3
#: Fields that name one record and no other: to type one whole is to name the record.
_NAMING = frozenset({"email", "phone", "national_id", "legal_id", "iban", "uuid", "url"})
_WHOLE_NUMBER = 8


class Tier(IntEnum):
    """How well a record answers; smaller is better."""

    EXACT = 0
    TITLE = 1
    WORD = 2
    INSIDE = 3
    NEAR = 4


@dataclass(frozen=True)
class Said:
    """What a record says in one of its searched fields, folded."""

    name: str
    kind: str
    text: str


def said_by(kind: Entity, record: Any, related: Mapping[UUID, str] | None = None) -> list[Said]:
    """The search words of a record, by field: built-in, made by the organization or that of a related record."""
    found = []
    for field in kind.searched:
        value = getattr(record, field.column, None)
        if field.kind == "relation":
            value = (related or {}).get(value) if value is not None else None
        if value not in (None, ""):
            found.append(Said(field.name, field.kind, fold(str(value))))
    return found


@dataclass(frozen=True, order=True)
class Verdict:
    """Sorts as results stand: the better first."""

    tier: Tier
    #: Words that the title does not hold as well.
    outside: int = 0


def judge(typed: Typed, said: Sequence[Said], title: str) -> Verdict | None:
    """How well a record answers, or None where one of the words is nowhere in it."""
    name = next((one.text for one in said if one.name == title), "")
    tier, outside = Tier.WORD, 0
    for word in typed.words:
        best = min((at for one in said if (at := place(word, one.text)) is not None), default=None)
        if best is None:
            return None
        tier = max(tier, best)
        outside += _likelihood(word, said) if best is Tier.NEAR else place(word, name) != best
    if typed.folded == name or (len(typed.words) == 1 and _names(typed.words[0], said, title)):
        return Verdict(Tier.EXACT)
    if tier is not Tier.NEAR and name.startswith(typed.folded):
        return Verdict(Tier.TITLE)
    return Verdict(tier, outside)


def _likelihood(word: Word, said: Iterable[Said]) -> int:
    """Which of the near words it is: the nearest stands first."""
    texts = [one.text for one in said]
    return next(n for n, near in enumerate(word.near) if any(_place((near,), text) is Tier.WORD for text in texts))


def _names(word: Word, said: Iterable[Said], title: str) -> bool:
    """Whether this one word is the whole of something that names the record: its number, address, code."""
    for one in said:
        if one.name != title and one.text == word.text and (one.kind in _NAMING or any(c.isdigit() for c in word.text)):
            return True
        if one.kind == "phone" and len(word.number) >= _WHOLE_NUMBER:
            stored = digits_of(one.text.partition(";")[0])
            if word.number in (stored, stored.removeprefix("98")):
                return True
    return False


def place(word: Word, text: str) -> Tier | None:
    """Where a word stands in a folded text: WORD where one begins, INSIDE, NEAR for what may have been meant by it."""
    found = _place(word.forms, text)
    if found is None and word.near:
        found = Tier.NEAR if _place(word.near, text) is Tier.WORD else None
    return found


def _place(forms: Iterable[str], text: str) -> Tier | None:
    found = None
    for form in forms:
        if len(form) < INSIDE:
            if text.startswith(form) or f" {form}" in text:
                return Tier.WORD
            continue
        at = text.find(form)
        while at != -1:
            if at == 0 or not text[at - 1].isalnum():
                return Tier.WORD
            found, at = Tier.INSIDE, text.find(form, at + 1)
    return found
