"""Context processor: `shell`, the data of the frame. Built lazily, so a fragment pays nothing for it."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from frontend import shell as hooks
from frontend.shell import Language, Shell

THEMES: Final = {"light": "peyvand", "dark": "peyvand-dark"}
THEME_COOKIE: Final = "pv_theme"
LANGUAGE_NAMES: Final = {"fa": "فارسی", "en": "English"}


def shell(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "shell": SimpleLazyObject(lambda: build_shell(request)),
        "data_theme": THEMES.get(theme, ""),
        "data_density": SimpleLazyObject(lambda: str(getattr(getattr(request, "user", None), "density", "") or "")),
    }


def build_shell(request: HttpRequest) -> Shell:
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    theme = request.COOKIES.get(THEME_COOKIE, "")
    built = Shell(
        theme=theme if theme in THEMES else "system",
        language=code,
        languages=[Language(key, LANGUAGE_NAMES.get(key, str(name)), key == code) for key, name in settings.LANGUAGES],
    )
    for fill in hooks.shell_providers:
        fill(request, built)
    for nav in hooks.nav_providers:
        built.nav.extend(nav(request))
    for create in hooks.create_providers:
        built.create.extend(create(request))
    return built
