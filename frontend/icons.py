"""Lucide icons by name, drawn inline. The map is made by the front-end build (`scripts/icons.mjs`)."""

import json
import logging
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

log = logging.getLogger(__name__)
ICONS: Final = Path(__file__).parent / "dist" / "icons.json"
FALLBACK: Final = "puzzle"
FRAME: Final = (
    '<svg class="ic {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>'
)


@cache
def icon_map() -> dict[str, str]:
    if not ICONS.exists():
        log.warning("%s is missing; icons stay empty until the front end is built", ICONS)
        return {}
    loaded: dict[str, str] = json.loads(ICONS.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1_000)
def draw_icon(name: str, classes: str = "") -> SafeString:
    """An unknown name (an engine installed after the build) becomes a puzzle piece, not an error."""
    icons = icon_map()
    shape = icons.get(name) or icons.get(FALLBACK, "")
    return format_html(FRAME, classes, mark_safe(shape))  # noqa: S308 - shapes of our own build
