"""Words that somebody may have meant who mistyped one: out of the words of titles, not out of the records.

Looking through a million records for something similar takes seconds; the words in them are a few ten thousand.
"""

import re
from collections.abc import Iterable

from django.db.models import Q

from kernel.models import SearchWord
from kernel.query.lookups import like_pattern
from kernel.registry import Entity
from kernel.search.matching import INSIDE
from kernel.search.typed import Typed
from kernel.text.folding import fold

#: Words looked at, and taken for what may have been meant.
_MOST, _BEST = 500, 6
_LONGEST = 24
#: The letters that a long word with two mistakes must begin with all the same.
_SURE = 3
_WORDS, _DIGIT = re.compile(r"[^\W_]+"), re.compile(r"\d")
#: Any one letter; no folded text holds it.
_ANY = "\0"


def words_in(title: str) -> set[str]:
    """Words of a title that are worth remembering: no numbers, nothing very short or long."""
    return {p for p in _WORDS.findall(fold(title)) if INSIDE <= len(p) <= _LONGEST and not _DIGIT.search(p)}


def learn_words(kind: Entity, records: Iterable[object]) -> None:
    """Remember the words of these records' titles, in the transaction that writes them."""
    titles = {str(getattr(record, kind.title, "") or "") for record in records}
    remember(words_in("\n".join(titles)))


def remember(words: set[str]) -> None:
    if words:
        known = set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
        SearchWord.objects.bulk_create([SearchWord(word=word) for word in sorted(words - known)])


def near_words(typed: Typed) -> dict[str, tuple[str, ...]]:
    """For each typed word those that it may stand for, the nearest first; the words themselves are not among them."""
    texts = [word.text for word in typed.words]
    return {t: _near(t) for t in texts if INSIDE <= len(t) <= _LONGEST and not any(sign.isdigit() for sign in t)}


def _near(text: str) -> tuple[str, ...]:
    patterns = slips(text)
    if mistakes_allowed(text) > 1:
        patterns.add(text[:_SURE])
    said = Q(*[Q(word__begins=like_pattern(p)[1:].replace(_ANY, "_")) for p in sorted(patterns)], _connector=Q.OR)
    far = {w: prefix_distance(text, w) for w in SearchWord.objects.filter(said).values_list("word", flat=True)[:_MOST]}
    allowed = mistakes_allowed(text)
    ranked = sorted((far[w], abs(len(w) - len(text)), w) for w in far if 0 < far[w] <= allowed)
    return tuple(word for _far, _longer, word in ranked[:_BEST])


def slips(text: str) -> set[str]:
    """What was meant if one letter is wrong, missing, too many or swapped with the next."""
    found = set()
    for i in range(len(text)):
        before, after = text[:i], text[i + 1 :]
        found |= {before + _ANY + after, before + _ANY + text[i:], before + after}
        if after:
            found.add(before + after[0] + text[i] + after[1:])
    return found - {text}


def mistakes_allowed(text: str) -> int:
    """One letter in a short word, two in a long one; in two letters everything would be near."""
    return 0 if len(text) < INSIDE else 1 if len(text) < 6 else 2


def prefix_distance(typed: str, word: str) -> int:
    """Letters that are wrong, missing, too many or swapped in what was typed of a word so far."""
    older: list[int] = []
    above = list(range(len(word) + 1))
    for i, sign in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(word, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sign != other))
            if i > 1 and j > 1 and sign == word[j - 2] and typed[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        older, above = above, row
    return min(above)
