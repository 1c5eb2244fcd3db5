"""What was typed into a search box, read once: words, and the part of a number that every way of writing shares."""

import re
from dataclasses import dataclass, replace

from kernel.search.layouts import other_layout
from kernel.text.folding import fold

MOST_WORDS = 6
MOST_LETTERS = 60
#: Digits from which on a number may be somebody's telephone, and from which on it is written with gaps.
_SHORTEST, _GAPPED = 4, 7
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()./+-]*")
_NOT_DIGIT = re.compile("[^0-9]")


@dataclass(frozen=True)
class Word:
    """A word as it is looked for; `number` is how a telephone number holds it, "" where it cannot be one."""

    text: str
    number: str = ""
    #: Words that somebody may have meant who typed this one wrongly.
    near: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.text, self.number) if self.number and self.number != self.text else (self.text,)


@dataclass(frozen=True)
class Typed:
    folded: str
    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        return bool(self.words)


def digits_of(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def number_in(text: str) -> str:
    """0912…, 00 98 912…, +98912…: without the zeros before it, a number stands in the stored +98912… as it is."""
    return digits_of(text).lstrip("0")


def read(text: str) -> Typed:
    folded = fold(text)[:200]
    if _NUMBER.fullmatch(folded) and " " in folded and len(digits_of(folded)) >= _GAPPED:
        return Typed(folded, (Word(digits_of(folded), number_in(folded)),))
    return Typed(folded, tuple(_word(part) for part in dict.fromkeys(folded.split()[:MOST_WORDS])))


def _word(text: str) -> Word:
    text = text[:MOST_LETTERS]
    is_number = _NUMBER.fullmatch(text) and len(digits_of(text)) >= _SHORTEST
    return Word(text, number_in(text) if is_number else "")


def meant(text: str) -> Typed | None:
    """The same keys on the other keyboard, if that gives anything."""
    other = other_layout(text)
    return read(other) if other and fold(other) != fold(text) else None


def with_near(typed: Typed, near: dict[str, tuple[str, ...]]) -> Typed:
    """The same, each word beside what may have been meant by it."""
    return replace(typed, words=tuple(replace(word, near=near.get(word.text, ())) for word in typed.words))
