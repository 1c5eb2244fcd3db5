"""Writing an archive: tables and files stream through a hash into a ZIP; nothing is ever held as a whole."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as _

from kernel import files
from kernel.errors import NotFound
from tenants.archive.contents import AREAS_LEFT_OUT, Table
from tenants.archive.manifest import NAME, README, FilePart, Manifest, TablePart

_BLOCK: Final = 256 * 1024
#: Half the time of zlib's default for a few per cent more.
_LEVEL: Final = 3

#: Called with how much was done since the last call, in rows; a file counts for one.
Tell = Callable[[int], None]


class _Member:
    """A file inside the ZIP. COPY hands over a row at a time; hash and compression take blocks."""

    def __init__(self, target: IO[bytes], tell: Callable[[bytes], None]) -> None:
        self._target, self._tell = target, tell
        self._block = bytearray()
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._block += data
        if len(self._block) >= _BLOCK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        block = bytes(self._block)
        self._block.clear()
        self._hash.update(block)
        self._target.write(block)
        self.size += len(block)
        self._tell(block)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def _member(archive: ZipFile, name: str, tell: Callable[[bytes], None]) -> Iterator[_Member]:
    with archive.open(name, "w", force_zip64=True) as target:
        member = _Member(target, tell)
        yield member
        member.flush()


def new_archive(target: IO[bytes]) -> ZipFile:
    return ZipFile(target, "w", ZIP_DEFLATED, allowZip64=True, compresslevel=_LEVEL)


def write_table(archive: ZipFile, cursor: Any, table: Table, tell: Tell) -> TablePart:
    name = f"data/{table.name}.csv"
    # A line is a row, or part of one whose text has several: near enough for a bar that moves.
    with _member(archive, name, lambda block: tell(block.count(b"\n"))) as member:
        cursor.cursor.copy_expert(table.copy_out(), member)
        rows = cursor.cursor.rowcount
    return TablePart(table.name, name, rows, member.size, member.sha256, list(table.columns))


def write_files(archive: ZipFile, tell: Tell) -> Iterator[FilePart]:
    for ref in files.refs(but=AREAS_LEFT_OUT):
        part = _write_file(archive, ref)
        tell(1)
        if part is not None:
            yield part


def _write_file(archive: ZipFile, ref: str) -> FilePart | None:
    try:
        chunks = files.open_file(ref)
    except NotFound:  # deleted since it was listed
        return None
    name = f"files/{ref}"
    with chunks, _member(archive, name, lambda _block: None) as member:
        while block := chunks.read(_BLOCK):
            member.write(block)
    return FilePart(ref, name, member.size, member.sha256)


def write_manifest(archive: ZipFile, manifest: Manifest) -> None:
    archive.writestr(README, _readme(manifest), ZIP_DEFLATED)
    archive.writestr(NAME, manifest.signed(), ZIP_DEFLATED)


def _readme(manifest: Manifest) -> str:
    """What is what, for somebody who opens the ZIP by hand; in the language that is spoken now."""
    told = {
        "name": manifest.organization["name"], "at": manifest.created_at[:16].replace("T", " "),
        "by": manifest.created_by, "rows": manifest.rows, "files": len(manifest.files),
    }  # fmt: skip
    return _(
        "All data of {name}\n"
        "Made on {at} (UTC) by {by}: {rows} rows, {files} files.\n"
        "\n"
        "data/           One CSV file a table: UTF-8, comma, the first line names the columns.\n"
        '                Nothing between two commas is "no value"; two quotes ("") are an empty text.\n'
        "                Times are in UTC. A column that ends in _id names the id of a row in another table.\n"
        "files/          Uploaded files under their ids, as tables name them.\n"
        "manifest.json   What is in here, with a SHA-256 of every file, and our signature.\n"
        "\n"
        "Passwords, keys and signed-in devices are not in here.\n"
        "To bring everything back: Settings, Data, Restore. A changed archive is not accepted.\n"
    ).format(**told)
