"""Words that an organization wrote in one language or several, spoken in the reader's."""

from collections.abc import Mapping

from django.utils.functional import lazy
from django.utils.translation import get_language

from kernel.errors import Text


def _in_language(words: Mapping[str, str], otherwise: str) -> str:
    language = (get_language() or "en").partition("-")[0]
    return words.get(language) or next((text for text in words.values() if text), otherwise)


_lazily = lazy(_in_language, str)


def spoken(words: Mapping[str, str], otherwise: str) -> Text:
    """The reader's language, else whichever there is. Kept across requests, so it is decided when it is read."""
    return _lazily(dict(words), otherwise)


def _over(words: Mapping[str, str], ours: Text) -> str:
    return words.get((get_language() or "en").partition("-")[0]) or str(ours)


_lazily_over = lazy(_over, str)


def spoken_over(words: Mapping[str, str], ours: Text) -> Text:
    """What the organization says in the reader's language; in one in which it says nothing, ours stands."""
    return _lazily_over(dict(words), ours)
