"""Filling the tables and the folder of a new schema from an archive."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final
from zipfile import ZipFile

from django.db import connection

from kernel import files
from tenants.archive import csvtext
from tenants.archive.checking import UNREADABLE, BadArchive, damaged_part
from tenants.archive.contents import Table, exported_tables
from tenants.archive.manifest import FilePart, Manifest, TablePart

_BLOCK: Final = 256 * 1024
Tell = Callable[[int], None]
#: Opens a transaction of its own and gives its cursor.
Begin = Callable[[], Any]

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY conrelid, conname"""

#: Those of keys and constraints stay: rows that break them must be refused while they come in.
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
ORDER BY i.indexrelid"""


class _Member:
    """A file inside the ZIP, read by COPY. What goes wrong while reading is kept: psycopg would make a text of it."""

    def __init__(self, source: IO[bytes], name: str, tell: Tell) -> None:
        self._source, self._name, self._tell = source, name, tell
        self._hash = hashlib.sha256()
        self.error: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            block = self._source.read(_BLOCK)
            self._tell(block.count(b"\n"))
        except UNREADABLE:
            self.error = damaged_part(self._name)
            raise self.error from None
        except BaseException as error:
            self.error = error
            raise
        self._hash.update(block)
        return block

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def _member(archive: ZipFile, name: str, tell: Tell) -> Iterator[_Member]:
    try:
        source = archive.open(name)
    except UNREADABLE:
        raise damaged_part(name) from None
    with source:
        member = _Member(source, name, tell)
        try:
            yield member
        except Exception:
            if member.error is not None:
                raise member.error from None
            raise


def empty_tables(cursor: Any) -> list[str]:
    """Empty what the archive fills, and take off keys and indexes; the statements that put them on again.

    An index built over rows that are there is several times quicker than one kept up to date row by row, and a foreign
    key put on afterwards is checked for every row, in any order of tables.
    """
    tables = [table.quoted for table in exported_tables(cursor)]
    cursor.execute(_FOREIGN_KEYS, [tables])
    keys = cursor.fetchall()
    cursor.execute(_INDEXES, [tables])
    indexes = cursor.fetchall()
    cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    for table, name, _definition in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    again = [definition for _name, definition in indexes]
    return [*again, *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {told}" for table, name, told in keys)]


def load_tables(begin: Begin, archive: ZipFile, manifest: Manifest, tell: Tell) -> None:
    with begin() as cursor:
        here = {table.name: table for table in exported_tables(cursor)}
    for part in manifest.tables:
        table = here.get(part.table)
        if table is None or not set(part.columns) <= set(table.columns):
            raise BadArchive("format", f"{part.table}: {', '.join(part.columns)}")
        with begin() as cursor:
            _load(cursor, archive, part, table, tell)


def _load(cursor: Any, archive: ZipFile, part: TablePart, table: Table, tell: Tell) -> None:
    as_text = _misread(archive, part)
    with _member(archive, part.file, tell) as member:
        source = _Blocks(csvtext.as_text(iter(member.read, b""))) if as_text else member
        filled = Table(part.table, tuple(part.columns))
        cursor.cursor.copy_expert(filled.copy_in("text" if as_text else "csv"), source, size=_BLOCK)
        if cursor.cursor.rowcount != part.rows or member.sha256 != part.sha256:
            raise damaged_part(part.file)
    if table.identity:
        column = connection.ops.quote_name(table.identity)
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), COALESCE(max({column}), 0) + 1, false) FROM {table.quoted}",  # noqa: S608 — names from the catalog
            [table.quoted, table.identity],
        )


def _misread(archive: ZipFile, part: TablePart) -> bool:
    """Whether this server would take a line within the table for its end."""
    own: Any = connection  # ours: see tenants.postgresql
    if own.pg_version >= csvtext.SAFE:
        return False
    with _member(archive, part.file, lambda _lines: None) as member:
        return csvtext.ends_early(iter(member.read, b""))


class _Blocks:
    """An iterator of bytes as COPY reads it."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, _size: int = -1) -> bytes:
        return next(self._blocks, b"")


def load_files(archive: ZipFile, manifest: Manifest, tell: Tell) -> None:
    """Into the folder of the workspace that is bound, under the same references."""
    for part in manifest.files:
        _load_file(archive, part)
        tell(1)


def _load_file(archive: ZipFile, part: FilePart) -> None:
    with files.write(part.ref) as target, _member(archive, part.file, lambda _lines: None) as member:
        while block := member.read():
            target.write(block)
        if member.sha256 != part.sha256:
            raise damaged_part(part.file)
