"""`make messages`: gathers what is marked for translation in Python and templates into the catalogues.

Django's makemessages, told to leave nothing that changes by itself: no places, no dates, sorted, a line a message, and
no guesses (a fuzzy entry looks done and is wrong). The English catalogue keeps only what differs from its msgid.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from infra.dev.commands import run_quietly
from infra.dev.console import Console
from infra.dev.paths import FRONTEND, ROOT
from infra.dev.problems import Problem
from infra.dev.translations import compile_catalogue

LANGUAGES = ("fa", "en")
NOT_OURS = ("node_modules", "dist", "var", "docs", "tests")
OPTIONS = ["--no-location", "--no-wrap", "--no-obsolete", "--verbosity=0"]
CHANGING = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Report-Msgid-Bugs-To):[^\n]*\n', re.M)


def gather() -> None:
    languages = [f"--locale={language}" for language in LANGUAGES]
    ignored = [f"--ignore={name}" for name in NOT_OURS]
    command = [sys.executable, "manage.py", "makemessages", *languages, *ignored, *OPTIONS]
    run_quietly(command, cwd=ROOT, env={**os.environ, "PEYVAND_ENV": "test"})


def tidy(path: Path, *options: str) -> None:
    settled = ["--no-wrap", "--sort-output", "--clear-fuzzy", "--empty", "--clear-previous", "--no-obsolete"]
    run_quietly(["msgattrib", *settled, "-o", path, path])
    if options:
        run_quietly(["msgattrib", "--no-wrap", "--force-po", *options, "-o", path, path])
    path.write_text(CHANGING.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")


def main(name: str, arguments: list[str], console: Console) -> int:
    if not shutil.which("xgettext"):
        raise Problem("GNU gettext is not installed.", "On Debian: apt-get install gettext")
    fa, en = (FRONTEND / "locale" / language / "LC_MESSAGES" / "django.po" for language in LANGUAGES)
    with console.stage("Messages"):
        gather()
        tidy(fa)
        tidy(en, "--translated")
        for path in (fa, en):
            compile_catalogue(path)
    left = run_quietly(["msgattrib", "--untranslated", "--no-wrap", fa]).count("\nmsgid ") - 1
    console.line(f"{left} wait for their Persian" if left > 0 else "All have their Persian")
    return 0
