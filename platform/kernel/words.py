"""Whole numbers in words, Persian and English: the echo beside an amount that somebody types."""

from __future__ import annotations

_FA_SMALL = [
    "صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده", "چهارده",
    "پانزده", "شانزده", "هفده", "هجده", "نوزده",
]  # fmt: skip
_FA_TENS = ["بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"]
_FA_HUNDREDS = ["صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"]
_FA_SCALES = ("", "هزار", "میلیون", "میلیارد", "تریلیون", "کوادریلیون")
_EN_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def words(n: int, language: str) -> str:
    """«یک میلیون و دویست و پنجاه هزار» or "one million two hundred and fifty thousand"."""
    if abs(n) >= 1000**6:
        raise ValueError("words() ends below 10**18")
    if n < 0:
        return ("منفی " if language == "fa" else "minus ") + words(-n, language)
    if n == 0:
        return _FA_SMALL[0] if language == "fa" else _EN_SMALL[0]
    groups: list[tuple[int, int]] = []
    rest, scale = n, 0
    while rest:
        rest, group = divmod(rest, 1000)
        if group:
            groups.append((group, scale))
        scale += 1
    groups.reverse()
    if language == "fa":
        return " و ".join(_fa_group(group, scale) for group, scale in groups)
    return _en_groups(groups)


def _fa_group(group: int, scale: int) -> str:
    if group == 1 and scale == 1:
        return _FA_SCALES[1]  # هزار, not یک هزار
    hundreds, rest = divmod(group, 100)
    parts = [_FA_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest >= 20:
        parts.append(_FA_TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        parts.append(_FA_SMALL[rest])
    return " و ".join(parts) + (" " + _FA_SCALES[scale] if scale else "")


def _en_groups(groups: list[tuple[int, int]]) -> str:
    parts = []
    for index, (group, scale) in enumerate(groups):
        text = _en_group(group)
        if index and scale == 0 and group < 100:
            text = "and " + text
        parts.append(f"{text} {_EN_SCALES[scale]}".rstrip())
    return " ".join(parts)


def _en_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    parts = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_EN_TENS[tens - 2] + (f"-{_EN_SMALL[ones]}" if ones else ""))
    elif rest:
        parts.append(_EN_SMALL[rest])
    return " and ".join(parts)
