"""How a text must be written: patterns with a name, and masks such as "AA-9999".

Organizations write these themselves, and a regular expression of theirs could keep a server busy for hours with one
text. So they write masks: every sign stands for exactly one character, which is compared once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.badvalue import BadValue
from kernel.text.digits import to_latin

MOST = 60
#: Ours, and each linear in the length of the text.
NAMED: dict[str, tuple[re.Pattern[str], str | Promise, str]] = {
    "digits": (re.compile(r"[0-9]+"), _("Digits only"), "04512"),
    "latin": (re.compile(r"[A-Za-z0-9 ._\-]+"), _("Latin letters and digits"), "ACME 12"),
    "capitals": (re.compile(r"[A-Z0-9\-]+"), _("Capital Latin letters and digits"), "PRJ-12"),
    "persian": (re.compile("[؀-ۿ\u200c ]+"), _("Persian letters"), "تهران"),
}
_SIGNS = {"9": "[0-9]", "A": "[A-Z]", "a": r"[^\W\d_]", "*": r"[^\W_]"}


@lru_cache(maxsize=1000)
def _compiled(mask: str) -> re.Pattern[str]:
    return re.compile("".join(_SIGNS.get(sign, re.escape(sign)) for sign in mask))


def check_pattern(pattern: str) -> None:
    """BadValue for what is neither a named pattern nor a mask."""
    if pattern in NAMED:
        return
    if len(pattern) > MOST or not set(pattern) & set(_SIGNS):
        raise BadValue(
            "pattern",
            _("A mask has at most 60 signs: 9 for a digit, A for a capital letter, a for a letter, * for either."),
        )


def check_text(text: str, pattern: str) -> str:
    """The text as the pattern has it (digits in Latin), or BadValue with an example."""
    latin = to_latin(text)
    named = NAMED.get(pattern)
    if (named[0] if named else _compiled(pattern)).fullmatch(latin):
        return latin
    example = named[2] if named else example_of(pattern)
    raise BadValue("pattern", format_lazy(_("This is written otherwise here. Example: {example}"), example=example))


def example_of(mask: str) -> str:
    return mask.translate(str.maketrans("9Aa*", "7Kk5"))
