"""From the CSV of an archive to COPY's own text format, for servers whose CSV reader is not to be trusted with a table.

PostgreSQL before 18 takes a line `\\.` for the end of the data even inside a quoted text. Where a table holds such a
line, it goes in by this slower way. Only what our own COPY writes is read: LF between rows, quotes where needed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

#: From this version on the server reads every CSV that it writes.
SAFE: Final = 180000

_END: Final = re.compile(rb"(?:^|[\r\n])\\\.(?:[\r\n]|$)")
_FIELD: Final = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)"|([^",\n]*))([,\n])')
_SPECIAL: Final = re.compile(rb"[\\\n\r\t]")
_ESCAPES: Final = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r", b"\t": b"\\t"}


def ends_early(blocks: Iterable[bytes]) -> bool:
    """Whether a line of these is one that an older server takes for the end."""
    tail = b"\n"
    for block in blocks:
        if _END.search(tail + block):
            return True
        tail = (tail + block)[-3:]
    return False


def as_text(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The rows, head included, as COPY … (FORMAT text, HEADER) reads them."""
    rest = b""
    for block in blocks:
        done, rest = _converted(rest + block)
        if done:
            yield done
    if rest:
        raise ValueError("The table ends in the middle of a row.")


def _converted(data: bytes) -> tuple[bytes, bytes]:
    """What is complete in the other format, and what is not."""
    cells: list[bytes] = []
    at = 0
    while (match := _FIELD.match(data, at)) is not None:
        quoted, bare, end = match.groups()
        cells += [_cell(quoted, bare), b"\t" if end == b"," else b"\n"]
        at = match.end()
    return b"".join(cells), data[at:]


def _cell(quoted: bytes | None, bare: bytes | None) -> bytes:
    if quoted is None:
        return _escaped(bare) if bare else b"\\N"
    return _escaped(quoted.replace(b'""', b'"'))


def _escaped(text: bytes) -> bytes:
    return _SPECIAL.sub(lambda sign: _ESCAPES[sign[0]], text) if _SPECIAL.search(text) else text
