"""Which letters of a text answered, for `<mark>`."""

from collections.abc import Iterable

from kernel.search.matching import INSIDE
from kernel.text.folding import fold

Pieces = list[tuple[str, bool]]


def pieces(text: str, forms: Iterable[str]) -> Pieces:
    """The text in parts, each with whether it answered to one of these folded words."""
    folded, origin = _traced(text)
    hit = [False] * len(text)
    for form in forms:
        for at in _places(form, folded):
            for i in range(origin[at], origin[at + len(form) - 1] + 1):
                hit[i] = True
    found: Pieces = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or hit[i] != hit[start]:
            found.append((text[start:i], hit[start]))
            start = i
    return found


def _places(form: str, folded: str) -> Iterable[int]:
    """Where words begin with it; inside of words only if none does."""
    every, at = [], folded.find(form)
    while at != -1 and form:
        every.append(at)
        at = folded.find(form, at + 1)
    begins = [at for at in every if at == 0 or not folded[at - 1].isalnum()]
    return begins or (every if len(form) >= INSIDE else [])


def _traced(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place that it comes from."""
    letters: list[str] = []
    origin: list[int] = []
    for i, sign in enumerate(text):
        plain = fold(f"x{sign}x")[1:-1]
        for letter in plain:
            if letter != " " or (letters and letters[-1] != " "):
                letters.append(letter)
                origin.append(i)
    return "".join(letters), origin
