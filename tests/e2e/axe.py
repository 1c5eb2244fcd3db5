"""What a page must be for everybody: axe without violations, nothing wider than the screen."""

from pathlib import Path
from typing import Any

from tests.e2e.reader import Reader

SCRIPT = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(reader: Reader, only: str = "") -> list[str]:
    """Evaluated by the debugger, not as a script of the page: the policy of the page stays as strict as it is."""
    page = reader.page
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    asked = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": TAGS}
    found: dict[str, Any] = page.evaluate("asked => axe.run(document, {runOnly: asked})", asked)
    said = [
        f"{v['id']} ({v['impact']}): {', '.join(str(n['target']) for n in v['nodes'][:4])}" for v in found["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return said + ([f"{wide} px wider than the screen"] if wide > 0 else [])
