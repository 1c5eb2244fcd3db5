"""Installs the out-of-tree engine as a person would install a package, into a folder of its own on the path.

Loaded by pytest with `-p` before Django reads its settings, so that discovery finds the entry point.
"""

import hashlib
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def _digest() -> str:
    """Of everything that is packaged: a change means a new folder, so nothing stale is ever imported."""
    sources = sorted(p for p in HERE.rglob("*") if p.suffix in (".py", ".html", ".toml") and "build" not in p.parts)
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()[:16]


def install() -> Path:
    target = Path(tempfile.gettempdir()) / f"peyvand-outside-{_digest()}-{sys.version_info.minor}"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as work:
        source, made = Path(work) / "source", Path(work) / "made"
        # Built from a copy: setuptools leaves its folders beside the sources.
        subprocess.run(["cp", "-r", str(HERE), str(source)], check=True)
        tool = ["-m", "pip"] if find_spec("pip") else ["-m", "uv", "pip"]
        command = [sys.executable, *tool, "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        subprocess.run([*command, "--target", str(made), str(source)], check=True, capture_output=True)
        if not target.exists():
            made.replace(target)
    return target


sys.path.append(str(install()))
