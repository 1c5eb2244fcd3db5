"""`make lint` says what is wrong in all checks, not only in the first; `make fmt` mends what can be mended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev import node
from infra.dev.commands import run_quietly
from infra.dev.console import Console
from infra.dev.paths import FRONTEND, ROOT
from infra.dev.python_env import script

PYTHON_FOLDERS = ["manage.py", "platform", "tenants", "modules", "billing", "api", "frontend", "infra", "tests"]
TEMPLATE_FOLDERS = ["platform", "tenants", "modules", "billing", "api", "frontend/templates"]


@dataclass(frozen=True)
class Check:
    title: str
    argv: list[str]
    cwd: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)


def tool(name: str, *words: str) -> list[str]:
    return [str(script(name)), *words]


def checks() -> list[Check]:
    sources = {"PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)])}
    found = [
        Check("Style", tool("ruff", "check", "--quiet", ".")),
        Check("Format", tool("ruff", "format", "--check", "--quiet", ".")),
        Check("Types", tool("mypy", *existing(PYTHON_FOLDERS)), env=sources),
        Check("Imports", tool("lint-imports"), env=sources),
        # Lint only: its formatter breaks lines inside running text, where white space is seen.
        Check("Templates", tool("djlint", *existing(TEMPLATE_FOLDERS), "--lint", "--quiet")),
    ]
    if (FRONTEND / "package.json").exists():
        found.append(Check("TypeScript", ["npm", "run", "--silent", "lint"], FRONTEND))
    return found


def fixes() -> list[Check]:
    return [
        Check("Style", tool("ruff", "check", "--quiet", "--fix-only", ".")),
        Check("Format", tool("ruff", "format", "--quiet", ".")),
    ]


def existing(names: list[str]) -> list[str]:
    return [name for name in names if (ROOT / name).exists()]


def main(name: str, arguments: list[str], console: Console) -> int:
    if name == "fmt":
        for fix in fixes():
            subprocess.run(fix.argv, cwd=fix.cwd, check=False)
        return 0
    failed = [check.title for check in checks() if not passes(check, console)]
    if failed:
        console.line(f"✗ {', '.join(failed)}")
    return 1 if failed else 0


def passes(check: Check, console: Console) -> bool:
    from infra.dev.commands import CommandFailed

    env = {**node.environment(), **check.env}
    try:
        with console.stage(check.title):
            run_quietly(check.argv, cwd=check.cwd, env=env)
    except CommandFailed as failure:
        sys.stderr.write(failure.output.rstrip() + "\n\n")
        return False
    return True
