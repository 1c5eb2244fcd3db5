"""The virtual environment: made from the machine's Python, filled from the lock file with every hash checked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from infra.dev.commands import CommandFailed, run_quietly
from infra.dev.paths import ROOT, VENV
from infra.dev.problems import Problem
from infra.dev.stamps import Stamp, digest

LOCK = ROOT / "requirements.lock"
PYTHON = VENV / "bin" / "python"
INSTALLED = Stamp(VENV / ".installed", made=PYTHON)

NO_VENV = """On Debian and Ubuntu:   apt install python3-venv
On Fedora:              dnf install python3
On macOS:               install Python from python.org or with Homebrew
Then run the same command again."""
NO_INSTALL = """Most often the network was away or a package index could not be reached: run the same command again.
If it goes on, remove the folder .venv and try once more."""


def wanted() -> str:
    # The place is part of it: the scripts in .venv/bin name their interpreter by its full path. So is the interpreter
    # behind the link, which an upgrade of the system may exchange; not the one that runs us, which may be any.
    return digest([LOCK], str(PYTHON.resolve()), str(VENV))


def is_ready() -> bool:
    return INSTALLED.holds(wanted())


def install() -> None:
    if not _works():
        _make()
    # The lock is complete, so there is nothing to resolve: --no-deps saves pip that work.
    arguments = ["install", "--quiet", "--require-hashes", "--no-deps", "-r", str(LOCK)]
    uv = shutil.which("uv")
    if _has("pip"):
        command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    elif uv:
        command = [uv, "pip", *arguments, "--python", str(PYTHON)]
    else:
        raise Problem("This Python can make a virtual environment, but has no pip to fill it.", NO_VENV)
    INSTALLED.drop()
    run_quietly(command, cwd=ROOT, advice=NO_INSTALL)
    INSTALLED.write(wanted())


def _works() -> bool:
    """An environment that somebody moved, or whose Python was upgraded away, is made anew."""
    code = "import sys, sysconfig; print(sysconfig.get_path('purelib')); print(sys.version_info >= (3, 11))"
    try:
        told = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
        here = str(VENV) in (VENV / "bin" / "activate").read_text()
    except (OSError, subprocess.CalledProcessError):
        return False
    can_install = _has("pip") or bool(shutil.which("uv"))
    return here and Path(told[0]).is_dir() and told[1] == "True" and can_install


def _make() -> None:
    if not _can("ensurepip") and not shutil.which("uv"):
        raise Problem(f"{sys.executable} cannot make a virtual environment: its venv module is incomplete.", NO_VENV)
    pip = [] if _can("ensurepip") else ["--without-pip"]
    try:
        run_quietly([sys.executable, "-m", "venv", "--clear", *pip, VENV], advice=NO_VENV)
    except CommandFailed:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def _can(module: str) -> bool:
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def _has(module: str) -> bool:
    return subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def script(name: str) -> Path:
    return VENV / "bin" / name
