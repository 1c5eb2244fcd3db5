"""Words that somebody may have meant who mistyped one: out of the words of titles, not out of the records.

Looking through a million records for something similar takes seconds; the words in them are a few ten thousand.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import FloatField, Func, Value

from kernel.models import SearchWord
from kernel.registry import Entity
from kernel.search.matching import INSIDE
from kernel.search.typed import Typed
from kernel.text.folding import fold

_CANDIDATES, _BEST = 120, 6
_LONGEST = 40
#: Trigrams of a short word hardly survive one wrong letter.
_THRESHOLD = "0.3"


def words_in(title: str) -> set[str]:
    """Words of a title that are worth remembering: no numbers, nothing very short or long."""
    parts = "".join(sign if sign.isalnum() else " " for sign in fold(title)).split()
    return {part for part in parts if INSIDE <= len(part) <= _LONGEST and not any(sign.isdigit() for sign in part)}


def learn_words(kind: Entity, records: Iterable[object]) -> None:
    """Remember the words of these records' titles, in the transaction that writes them."""
    words: set[str] = set()
    for title in {str(getattr(record, kind.title, "") or "") for record in records}:
        words |= words_in(title)
    remember(words)


def remember(words: set[str]) -> None:
    if words:
        known = set(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
        SearchWord.objects.bulk_create([SearchWord(word=word) for word in sorted(words - known)])


def near_words(typed: Typed) -> dict[str, tuple[str, ...]]:
    """For each typed word those that it may stand for, the nearest first; the words themselves are not among them."""
    found = {}
    _be_generous()
    for word in typed.words:
        if len(word.text) >= INSIDE and not any(sign.isdigit() for sign in word.text):
            found[word.text] = _near(word.text)
    return found


def _be_generous() -> None:
    """For this transaction only; behind a pooler the connection is another's afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [_THRESHOLD])


def _near(text: str) -> tuple[str, ...]:
    likeness = Func(Value(text), "word", function="ext.word_similarity", output_field=FloatField())
    rows = SearchWord.objects.filter(word__resembles=text).order_by(likeness.desc(), "word")
    words = dict.fromkeys(rows.values_list("word", flat=True)[:_CANDIDATES])
    allowed = mistakes_allowed(text)
    far = {word: prefix_distance(text, word) for word in words}
    ranked = sorted((far[w], abs(len(w) - len(text)), w) for w in words if 0 < far[w] <= allowed)
    return tuple(word for _far, _longer, word in ranked[:_BEST])


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
