"""Looking at a page as everybody sees it: by light and in the dark, on a desk and on a phone."""

import os

from tests.e2e.axe import SCRIPT, violations
from tests.e2e.reader import Reader

#: Set it to a folder to look at what people see.
LOOK = os.environ.get("PEYVAND_LOOK", "")


def seen(reader: Reader, name: str) -> None:
    """Right for everybody, in every light and width."""
    page, size = reader.page, reader.page.viewport_size
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 832})
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            if LOOK:
                page.evaluate("document.fonts.ready")
                page.screenshot(path=f"{LOOK}/{name}-{reader.language}-{theme}-{width}.png", full_page=True)
        found = violations(reader) if SCRIPT.exists() else []
        assert found == [], found
    if size:
        page.set_viewport_size(size)
