"""What a file is, told by its bytes and never by its name: kind, encoding, delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from crm.imports.reader.table import BadFile

SAMPLE = 256 * 1024
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1256", "cp1252")

_OLD_EXCEL = _(
    "This is an old Excel file (.xls) or one with a password. Open it, remove the password, "
    "and save it as .xlsx or CSV."
)
_NOT_TABLE = _("This is not a table: the content is {kind}. Choose a CSV or XLSX file.")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!", "RAR"), (b"BZh", "BZIP2"), (b"\xfd7zXZ", "XZ"),
    (b"{\\rtf", "RTF"), (b"\x7fELF", "ELF"), (b"MZ\x90", "EXE"), (b"SQLite format 3", "SQLite"), (b"PAR1", "Parquet"),
    (b"RIFF", "RIFF"), (b"OggS", "Ogg"), (b"ID3", "MP3"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"),
)  # fmt: skip
_HTML = re.compile(rb"\s*(<!doctype html|<html|<table|<\?xml)", re.IGNORECASE)


def kind_of(path: Path) -> str:
    """ "zip" (an XLSX, perhaps) or "csv"; anything that is plainly something else is refused by name."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise BadFile("empty_file", _("The file is empty."))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile("old_excel", _OLD_EXCEL)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise not_a_table(name)
    text = head.removeprefix(codecs.BOM_UTF8)
    if _HTML.match(text):
        raise not_a_table("HTML" if b"<?xml" not in text[:64].lower() else "XML")
    return "csv"


def not_a_table(kind: str) -> BadFile:
    from django.utils.text import format_lazy

    return BadFile("not_a_table", format_lazy(_NOT_TABLE, kind=kind))


def encoding_of(path: Path) -> str:
    """The encoding of a text file, after a look at all of it: half a file in another encoding must not slip by."""
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        if guess := _utf16_without_bom(head):
            return guess
        if _looks_binary(head):
            raise not_a_table(str(_("binary data")))
        stream.seek(0)
        bad_at = _first_bad_utf8(stream)
        if bad_at is None:
            return "utf-8"
        stream.seek(max(0, bad_at - 4096))
        return _eight_bit(head + stream.read(SAMPLE))


def _utf16_without_bom(head: bytes) -> str:
    """UTF-16 shows as NULs in every other byte wherever the text is Latin, digits or delimiters."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    if odd / half > 0.2 and even / half < 0.02:
        return "utf-16-le"
    if even / half > 0.2 and odd / half < 0.02:
        return "utf-16-be"
    return ""


def _looks_binary(head: bytes) -> bool:
    strange = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 27, 28, 29))
    return strange > max(8, len(head) // 20)


def _first_bad_utf8(stream: BinaryIO) -> int | None:
    """Offset of (about) the first byte that is not UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    while True:
        block = stream.read(1024 * 1024)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return position + max(0, error.start - 4)
        if not block:
            return None
        position += len(block)


def _eight_bit(sample: bytes) -> str:
    """Windows-1256 or cp1252: Persian words are runs of high bytes, accents of Latin words stand alone."""
    if re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample):  # پ چ ژ گ half-space; undefined in cp1252
        return "cp1256"
    runs = re.findall(rb"[\x80-\xff]+", sample)
    high = sum(map(len, runs))
    in_words = sum(len(run) for run in runs if len(run) > 1)
    arabic = sum("\u0621" <= char <= "\u06d2" for char in sample.decode("cp1256"))
    return "cp1256" if high and in_words / high > 0.5 and arabic / high > 0.5 else "cp1252"


def delimiter_of(lines: list[str]) -> str:
    """The delimiter that cuts the most lines into the same number of cells, more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        if not widths:
            continue
        width, _count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        if len(rows[0]) < 2:  # whatever stands in the rows, headings are cut by the delimiter or there is one column
            continue
        # Ragged rows are common, so "as wide as the headings or narrower" counts half.
        same = sum(1.0 if len(r) == len(rows[0]) else 0.5 if len(r) < len(rows[0]) else 0.0 for r in rows) / len(rows)
        score = (round(same, 2), len(rows[0]) if width > 1 or len(rows) < 3 else 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best
