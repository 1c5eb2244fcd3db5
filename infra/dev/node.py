"""Node for the front end's build: the machine's own when it is new enough, else the one from the lock file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from infra.dev.commands import run_quietly
from infra.dev.paths import VENV

NO_NETWORK = """Most often the network was away or the package registry could not be reached: run the same command
again. If it goes on, remove the folder node_modules beside that package.json and try once more."""


def is_new_enough(version: str) -> bool:
    """What Vite 8 asks for: 20.19 and later 20.x, or 22.12 and anything later."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


@cache
def folder() -> Path:
    """The folder whose `node` and `npm` we use."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        if told.returncode == 0 and is_new_enough(told.stdout):
            return Path(node).parent
    return VENV / "bin"


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(folder()), os.environ.get("PATH", os.defpath)])
    # A CI value keeps npm's tools from asking questions and from drawing progress bars.
    return {**os.environ, "PATH": path, "CI": "1", "NO_UPDATE_NOTIFIER": "1"}


def npm(*words: str, cwd: Path, advice: str = NO_NETWORK) -> str:
    program = shutil.which("npm", path=environment()["PATH"]) or "npm"
    return run_quietly([program, *words], cwd=cwd, env=environment(), advice=advice)


def install(package: Path, *options: str) -> str:
    """Exactly what the lock file says, and nobody's install scripts."""
    quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    return npm("ci", "--ignore-scripts", *quiet, *options, cwd=package)


def node(script: Path, *, cwd: Path) -> str:
    program = shutil.which("node", path=environment()["PATH"]) or "node"
    return run_quietly([program, script], cwd=cwd, env=environment())
