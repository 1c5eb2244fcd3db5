"""Compiles message catalogues with Babel: `python -m infra.dev.translations file.po …`."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogue(source: Path) -> Path:
    target = source.with_suffix(".mo")
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
    draft = target.with_suffix(".draft")
    with draft.open("wb") as stream:
        write_mo(stream, catalogue)
    draft.replace(target)  # a server that reads it meanwhile sees the old one or the new one, never half
    return target


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compile_catalogue(Path(name))
