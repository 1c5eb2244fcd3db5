"""What somebody meant who typed on the keyboard of the other language: "sghl" is سلام, "سشقش" is sara."""

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,`"
_PERSIAN = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپوپ"
#: Arabic letters, and those that stand elsewhere on some Persian keyboards.
_MORE = {"ي": "d", "ك": ";", "ئ": "m", "ژ": "c", "آ": "h", "أ": "h", "ة": "j", "ؤ": "v", "ء": "m"}
_TO_PERSIAN = str.maketrans(_LATIN, _PERSIAN)
_TO_LATIN = str.maketrans({**dict(zip(_PERSIAN, _LATIN, strict=True)), "پ": "m", "و": ",", **_MORE})


def other_layout(text: str) -> str:
    """The same keys on the other keyboard; "" where no key would give another letter, or both scripts are mixed."""
    low = text.lower()
    latin = any("a" <= sign <= "z" for sign in low)
    persian = any(sign in _TO_LATIN_SIGNS for sign in low)
    if latin == persian:
        return ""
    return low.translate(_TO_PERSIAN if latin else _TO_LATIN)


_TO_LATIN_SIGNS = frozenset(_PERSIAN) | frozenset(_MORE)
