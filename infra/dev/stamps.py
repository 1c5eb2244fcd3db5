"""A finished stage leaves a stamp that holds a digest of what it was made from; equal digest, nothing to do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.dev.paths import ROOT


def digest(paths: Iterable[Path], *words: str) -> str:
    """Over names and contents. Folders are walked, in a fixed order; what is missing counts as missing."""
    total = hashlib.sha256()
    for word in words:
        total.update(word.encode() + b"\0")
    for path in sorted(_files(paths)):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        total.update(str(name).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from (inner for inner in path.rglob("*") if inner.is_file() and "__pycache__" not in inner.parts)
        elif path.is_file():
            yield path


@dataclass(frozen=True)
class Stamp:
    """`made` is what the stage makes: without it a stamp is worth nothing."""

    file: Path
    made: Path

    def holds(self, value: str) -> bool:
        return self.made.exists() and self.read() == value

    def read(self) -> str:
        try:
            return self.file.read_text().strip()
        except OSError:
            return ""

    def write(self, value: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(value + "\n")

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)
