"""A field's key out of its label: letters that addresses and programs take, from Persian as it is spoken."""

import re
from collections.abc import Collection, Mapping

from kernel.custom import PREFIX
from kernel.text.folding import fold

MOST: int = 40
#: At the end of a word it is a vowel, unless one stands before it.
_FINAL_HE = re.compile(r"(?<=[^\Wاوی])ه\b")
_GOOD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
#: What faces put behind a name: a relation's column and label, an amount's currency.
ENDS = ("_id", "_label", "_currency")
_LATIN = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "e", "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h",
    "خ": "kh", "د": "d", "ذ": "z", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t",
    "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "gh", "ک": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n",
    "و": "u", "ه": "h", "ی": "i", "ي": "i", "ئ": "y", "ء": "", "ؤ": "o", "ة": "e", "ۀ": "e",
}  # fmt: skip


def suggest_name(label: Mapping[str, str], taken: Collection[str]) -> str:
    """A free name such as "x_budget"; the English label is preferred."""
    text = label.get("en") or next((words for words in label.values() if words), "")
    latin = "".join(_LATIN.get(sign, sign) for sign in _FINAL_HE.sub("e", fold(text)))
    stem = re.sub(r"[^a-z0-9]+", "_", latin.lower()).strip("_") or "field"
    stem = stem if stem[0].isalpha() else f"f_{stem}"
    stem = stem[: MOST - 4].strip("_")
    number, name = 1, f"{PREFIX}{stem}"
    while collides(name, taken):
        number += 1
        name = f"{PREFIX}{stem}_{number}"
    return name


def collides(name: str, taken: Collection[str]) -> bool:
    """Whether the name, or what faces make of it, is another field's."""
    return name in taken or any(f"{name}{end}" in taken or name.removesuffix(end) in taken for end in ENDS)


def is_good(name: str) -> bool:
    rest = name.removeprefix(PREFIX)
    return name.startswith(PREFIX) and len(rest) <= MOST and bool(_GOOD.fullmatch(rest))
