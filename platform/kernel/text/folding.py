"""Folding: the form in which text is searched (`fold`) and matched (`match_key`).

One table, built here, feeds both the Python functions and their SQL twins (`kernel.text.sql`). It is
computed from the frozen Unicode 3.2 data that every Python carries, so neither a newer Python nor a newer
PostgreSQL changes a stored key. A pinned hash in the tests guards it.

What Persian readers expect of search, decided once:

- آ أ إ ٱ → ا, ؤ → و, ئ ي ى → ی, ك → ک, ة ۀ هٔ → ه: people type the bare letter (تایید, موسسه, رییس).
- A lone ء is dropped: امضاء and امضا are one word.
- Half-space (U+200C) becomes a space, as in «پمپ سازان»; joiners, bidi marks and other invisible
  characters vanish; every kind of white space is one space.
- Harakat, tatweel and all combining marks are dropped, and Latin, Greek and Cyrillic lose accents and case.
- Dashes and quotes of any shape become - ' ".
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import ucd_3_2_0 as _ucd

_BLOCKS = (
    (0x0001, 0x024F),  # Latin
    (0x02B9, 0x02BF),  # modifier apostrophes
    (0x0300, 0x058A),  # combining marks, Greek, Cyrillic, Armenian
    (0x0591, 0x05F4),  # Hebrew
    (0x0600, 0x06FF),  # Arabic
    (0x1E00, 0x218F),  # Latin and Greek extended, punctuation, super- and subscripts, letterlike, numbers
    (0x2212, 0x2212),  # minus
    (0x3000, 0x3000),  # wide space
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFB50, 0xFEFF),  # Arabic presentation forms
    (0xFF01, 0xFF5E),  # full-width Latin
)

_SPACE_CONTROLS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"

# Where decomposition alone does not give what people type. Values are folded again, so they may be capitals.
_EXACT: dict[str, str] = {
    **dict.fromkeys("ىےېۍيێ", "ی"),
    **dict.fromkeys("كڪګ", "ک"),
    **dict.fromkeys("ةہھۃە", "ه"),
    "ٱ": "ا",
    "ء": "",
    "\u0640": "",  # tatweel
    "\u200c": " ",  # half-space
    "\u200b": " ",  # zero-width space
    "\u00ac": " ",  # the half-space of old Persian keyboards, seen in Windows-1256 files
    **dict.fromkeys("‘’‚‛ʼʹ′´`", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict(zip("æœøđłðħŧŋı", ("ae", "oe", "o", "d", "l", "d", "h", "t", "n", "i"), strict=True)),
    "ß": "ss",
    "þ": "th",
    "ς": "σ",
    "™": "",
    "℠": "",
    **{chr(0x06F0 + d): str(d) for d in range(10)},
    **{chr(0x0660 + d): str(d) for d in range(10)},
}

# Marks of the Arabic block and invisible characters that Unicode 3.2 did not know yet.
_DROPPED = frozenset(
    map(chr, (*range(0x610, 0x61D), *range(0x64B, 0x660), 0x670, *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)))
)


def _fold_char(ch: str) -> str:
    if ch in _EXACT:
        return "".join(map(_fold_char, _EXACT[ch]))
    if ch in _DROPPED:
        return ""
    category = _ucd.category(ch)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Cc":
        return " " if ch in _SPACE_CONTROLS else ""
    plain = _ucd.normalize("NFKD", ch)
    if plain == ch and category in ("Lu", "Lt"):
        plain = ch.lower()
    return ch if plain == ch else "".join(map(_fold_char, plain))


@cache
def fold_table() -> dict[str, str]:
    """Character → folded text, for characters that change; values consist of unchanged characters only."""
    chars = (chr(code) for low, high in _BLOCKS for code in range(low, high + 1))
    return {ch: folded for ch in chars if (folded := _fold_char(ch)) != ch}


# Signs newer than Unicode 3.2: more punctuation, emoji, variation selectors, tags.
_NEW_SIGNS = ((0x2000, 0x206F), (0x20A0, 0x20CF), (0x2300, 0x2BFF), (0x2E00, 0x2E7F), (0x3000, 0x3004),
              (0xFE00, 0xFE1F), (0xFFF0, 0xFFFF), (0x1F000, 0x1FBFF), (0xE0000, 0xE0FFF))  # fmt: skip


@cache
def sign_ranges() -> tuple[tuple[int, int], ...]:
    """Code points that are neither letter, digit nor mark: what `match_key` leaves out, as sorted ranges."""
    codes = {code for low, high in _NEW_SIGNS for code in range(low, high + 1)}
    for code in (*range(1, 0xD800), *range(0xF900, 0x10000), *range(0x1D000, 0x1D800)):
        if _ucd.category(chr(code)) not in ("Cn", "Co", "Cs") and _ucd.category(chr(code))[0] in "PSZC":
            codes.add(code)
    return as_ranges(codes)


def as_ranges(codes: set[int]) -> tuple[tuple[int, int], ...]:
    ranges: list[tuple[int, int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)


_TABLE = str.maketrans(fold_table())
_SPACES = re.compile(" {2,}")
_SIGNS = re.compile("[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in sign_ranges()) + "]+")


def fold(s: str | None) -> str:
    """The searchable form of a text: idempotent; no case, accents or letter variants."""
    if not s:
        return ""
    folded = s.translate(_TABLE)
    if "  " in folded:
        folded = _SPACES.sub(" ", folded)
    return folded.strip(" ")


def match_key(s: str | None) -> str:
    """Only letters and digits of the folded text, so that "GTX Pro" meets "GTXPro".

    A name made of signs alone has the key "": callers must not treat two empty keys as equal.
    """
    return _SIGNS.sub("", fold(s))
