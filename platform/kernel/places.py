"""Countries by their code and Iran's 31 provinces, named in the reader's language."""

from functools import cache
from typing import Final

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.errors import Text
from kernel.text.folding import match_key

HOME: Final = "IR"

PROVINCES: Final[tuple[tuple[str, Text], ...]] = (
    ("east_azerbaijan", _("East Azerbaijan")), ("west_azerbaijan", _("West Azerbaijan")), ("ardabil", _("Ardabil")),
    ("isfahan", _("Isfahan")), ("alborz", _("Alborz")), ("ilam", _("Ilam")), ("bushehr", _("Bushehr")),
    ("tehran", _("Tehran")), ("chaharmahal", _("Chaharmahal and Bakhtiari")), ("south_khorasan", _("South Khorasan")),
    ("razavi_khorasan", _("Razavi Khorasan")), ("north_khorasan", _("North Khorasan")), ("khuzestan", _("Khuzestan")),
    ("zanjan", _("Zanjan")), ("semnan", _("Semnan")), ("sistan", _("Sistan and Baluchestan")), ("fars", _("Fars")),
    ("qazvin", _("Qazvin")), ("qom", _("Qom")), ("kurdistan", _("Kurdistan")), ("kerman", _("Kerman")),
    ("kermanshah", _("Kermanshah")), ("kohgiluyeh", _("Kohgiluyeh and Boyer-Ahmad")), ("golestan", _("Golestan")),
    ("gilan", _("Gilan")), ("lorestan", _("Lorestan")), ("mazandaran", _("Mazandaran")), ("markazi", _("Markazi")),
    ("hormozgan", _("Hormozgan")), ("hamadan", _("Hamadan")), ("yazd", _("Yazd")),
)  # fmt: skip


@cache
def _names(language: str) -> dict[str, str]:
    """Countries of one language: two letters, no groups of countries and no codes that were made for tests."""
    all_names = Locale.parse(language.partition("-")[0]).territories
    return {
        c: n
        for c, n in all_names.items()
        if len(c) == 2 and c.isalpha() and c not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    }


def country_name(code: str) -> str:
    return _names(get_language() or "en").get(code, code)


_lazy_name = lazy(country_name, str)


@cache
def countries() -> tuple[tuple[str, Text], ...]:
    """Home first, then by their English names."""
    rest = sorted((name, code) for code, name in _names("en").items() if code != HOME)
    return tuple((code, _lazy_name(code)) for code in (HOME, *(code for _name, code in rest)))


@cache
def _codes() -> dict[str, str]:
    return {match_key(name): code for language in ("en", "fa") for code, name in _names(language).items()}


def country_code(text: str) -> str:
    """The code of a country that somebody wrote in words; nothing for what is no country's name."""
    upper = text.strip().upper()
    return upper if upper in _names("en") else _codes().get(match_key(text), "")
