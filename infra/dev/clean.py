"""`make clean`: removes what can be made again. The data goes only when asked for (`make clean ALL=1`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.dev import locks
from infra.dev.console import Console
from infra.dev.paths import FRONTEND, POSTGRES_PACKAGE, ROOT, STAMPS, VENV, var_folder
from infra.dev.pgserver import placed
from infra.dev.problems import Problem

CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", "test-results")
SOURCES = ("platform", "tenants", "modules", "billing", "api", "frontend/locale", "infra", "tests")


def main(name: str, arguments: list[str], console: Console) -> int:
    var = var_folder()
    everything = "--all" in arguments
    if locks.is_held(var / "run.lock"):
        raise Problem(f"Peyvand runs on {var}.", "Stop it first (Ctrl-C there).")
    doomed = [VENV, STAMPS, FRONTEND / "node_modules", FRONTEND / "dist", POSTGRES_PACKAGE / "node_modules"]
    doomed += [ROOT / cache for cache in CACHES]
    doomed += [found for source in SOURCES for found in (ROOT / source).rglob("__pycache__")]
    if everything:
        doomed += [placed(var), var]
    for path in doomed:
        shutil.rmtree(path, ignore_errors=True)
    for compiled in (ROOT / "frontend" / "locale").rglob("*.mo"):
        compiled.unlink()
    console.line("Removed what was made." if everything else f"Removed what was made; the data in {_short(var)} stays.")
    return 0


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
