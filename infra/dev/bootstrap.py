"""Sets up the checkout: what is finished and unchanged is skipped, so a second run takes no time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.dev import locks, node, pgbinaries, python_env
from infra.dev.commands import run_quietly
from infra.dev.console import Console
from infra.dev.paths import FRONTEND, ROOT, STAMPS
from infra.dev.stamps import Stamp, digest

MODULES = FRONTEND / "node_modules"
FRONTEND_INSTALLED = Stamp(MODULES / ".installed", made=MODULES)
FRONTEND_BUILT = Stamp(STAMPS / "frontend-build", made=FRONTEND / "dist" / "manifest.json")
TRANSLATED = Stamp(STAMPS / "translations", made=ROOT)
NOT_SOURCES = {"node_modules", "dist", "locale", "__pycache__"}
SOURCE_FOLDERS = ("platform", "tenants", "modules", "billing", "api")


@dataclass(frozen=True)
class Stage:
    title: str
    is_done: Callable[[], bool]
    work: Callable[[], None]
    is_wanted: Callable[[], bool] = lambda: True


def set_up(console: Console) -> Path:
    """Brings the checkout up to date and returns the virtual environment's Python."""
    lock = STAMPS / "set-up.lock"
    if locks.is_held(lock):
        console.line("Another set-up of this checkout is under way; waiting for it.")
    handle = locks.wait_for(lock)
    try:
        due = [stage for stage in stages() if stage.is_wanted() and not stage.is_done()]
        if due:
            console.line("Setting up (the first time takes a few minutes)")
        for stage in due:
            with console.stage(stage.title):
                stage.work()
    finally:
        os.close(handle)
    return python_env.PYTHON


def stages() -> list[Stage]:
    return [
        Stage("Python packages", python_env.is_ready, python_env.install),
        Stage("PostgreSQL", pgbinaries.is_ready, pgbinaries.install, lambda: "DATABASE_URL" not in os.environ),
        Stage("Front-end packages", front_end_is_installed, install_front_end, has_front_end),
        Stage("Front-end build", front_end_is_built, build_front_end, has_front_end),
        Stage("Translations", are_translations_compiled, compile_translations),
    ]


def has_front_end() -> bool:
    return (FRONTEND / "package-lock.json").exists()


def front_end_is_installed() -> bool:
    return FRONTEND_INSTALLED.holds(_installed_from())


def install_front_end() -> None:
    node.install(FRONTEND)
    FRONTEND_INSTALLED.write(_installed_from())


def _installed_from() -> str:
    return digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"])


def front_end_is_built() -> bool:
    return FRONTEND_BUILT.holds(_built_from())


def build_front_end() -> None:
    FRONTEND_BUILT.drop()
    node.npm("run", "build", cwd=FRONTEND, advice="The message above names the file; mend it and run again.")
    FRONTEND_BUILT.write(_built_from())


def _built_from() -> str:
    return digest([*_front_end_sources(), *_templates()])


def _front_end_sources() -> Iterable[Path]:
    return (entry for entry in FRONTEND.iterdir() if entry.name not in NOT_SOURCES)


def _templates() -> Iterable[Path]:
    """Tailwind makes the classes it finds in templates, so the templates of every package are sources too."""
    for folder in SOURCE_FOLDERS:
        yield from (ROOT / folder).rglob("*.html")


def _catalogues() -> list[Path]:
    folders = (FRONTEND / "locale", *(ROOT / name for name in SOURCE_FOLDERS))
    return [file for folder in folders for file in folder.rglob("LC_MESSAGES/*.po")]


def are_translations_compiled() -> bool:
    catalogues = _catalogues()
    return TRANSLATED.holds(digest(catalogues)) and all(file.with_suffix(".mo").exists() for file in catalogues)


def compile_translations() -> None:
    catalogues = _catalogues()
    if catalogues:
        # Babel, not msgfmt: a bare machine has no gettext.
        run_quietly([python_env.PYTHON, "-m", "infra.dev.translations", *catalogues], cwd=ROOT)
    TRANSLATED.write(digest(catalogues))


def main(name: str, arguments: list[str], console: Console) -> int:
    set_up(console)
    console.line("Ready to run: make run")
    return 0
