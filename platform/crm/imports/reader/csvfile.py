"""CSV, streaming. A quote that never closes costs its own row, not the rest of the file."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.reader import sniff
from crm.imports.reader.headings import fit, is_blank, name_columns, used_width
from crm.imports.reader.table import BadFile, Cell, Limits, ReadOptions, Row, RowProblem, Table, TableMeta

_HEAD_ROWS = 200
_BOMS = ("\ufeff", "\ufffe")


class _Runaway(Exception):
    """A record that goes on and on: its quote was never closed."""


class _TooLong(Exception):
    """One line longer than any row may be."""


class _Lines:
    """Lines for csv.reader that remembers those of the present record, so that they can be given back."""

    def __init__(self, stream: TextIO, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self._size = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._stream.readline(self._limits.max_record + 1)
        if not line:
            self.ended = True
            raise StopIteration
        if len(line) > self._limits.max_record:
            while line and not line.endswith(("\n", "\r")):
                line = self._stream.readline(self._limits.max_record + 1)
            raise _TooLong
        self.taken.append(line)
        self._size += len(line)
        if len(self.taken) > self._limits.max_record_lines or self._size > self._limits.max_record:
            raise _Runaway
        return line

    def begin(self) -> None:
        self.taken.clear()
        self._size = 0
        self.ended = False

    def give_back(self) -> None:
        """All lines of the present record but the first."""
        self._returned.extendleft(reversed(self.taken[1:]))


def records(stream: TextIO, delimiter: str, limits: Limits) -> Iterator[list[str] | str]:
    """Records as lists of cells, or the code of what made one unreadable; blank lines are empty lists."""
    lines = _Lines(stream, limits)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield "row_too_large"
            continue
        except (_Runaway, csv.Error):
            many = len(lines.taken) > 1
            lines.give_back()
            yield "unclosed_quote" if many else "cell_too_long"
            continue
        if lines.ended and len(lines.taken) > 1 and "".join(lines.taken).count('"') % 2:
            lines.give_back()
            yield "unclosed_quote"
            continue
        yield cells


def open_csv(path: Path, options: ReadOptions, limits: Limits) -> Table:
    encoding = options.encoding or sniff.encoding_of(path)
    if encoding not in sniff.ENCODINGS:
        message = _("The encoding “{name}” is not known here. Choose UTF-8, UTF-16, Windows-1256 or Windows-1252.")
        raise BadFile("unknown_encoding", format_lazy(message, name=encoding[:40]))
    delimiter = options.delimiter or _delimiter(path, encoding)
    if len(delimiter) != 1 or delimiter in '"\r\n\x00':
        raise BadFile("bad_delimiter", _("The delimiter must be one character: a comma, semicolon, tab or bar."))

    def numbered() -> Iterator[tuple[int, list[str] | str]]:
        with _text(path, encoding) as stream:
            yield from enumerate(records(stream, delimiter, limits), 1)

    heading_row, headings, sample = _headings(numbered)
    width = used_width(headings, sample)
    columns = name_columns(headings[:width], limits)
    meta = TableMeta("csv", encoding=encoding, delimiter=delimiter, heading_row=heading_row)

    def rows() -> Iterator[Row]:
        for number, record in numbered():
            if number > heading_row and (row := _row(number, record, width)):
                yield row

    table = Table(columns, meta, rows)
    if not table.head(1):
        raise BadFile("no_rows", _("The file has headings but no rows below them."))
    return table


def _text(path: Path, encoding: str) -> TextIO:
    stream = path.open("r", encoding=encoding, errors="replace", newline="")
    if encoding.startswith("utf-16") and stream.read(1) not in _BOMS:
        stream.seek(0)
    return stream


def _delimiter(path: Path, encoding: str) -> str:
    with _text(path, encoding) as stream:
        sample = stream.read(sniff.SAMPLE)
    lines = sample.splitlines(keepends=True)[: _HEAD_ROWS + 1]
    if lines and (first := lines[0].strip()).lower().startswith("sep=") and len(first) == 5:
        return first[4]
    while lines and not lines[0].strip():
        lines.pop(0)
    if len(sample) == sniff.SAMPLE and len(lines) > 1:
        lines.pop()  # cut off in the middle
    if not lines:
        raise BadFile("empty_file", _("The file is empty."))
    return sniff.delimiter_of(lines)


def _headings(
    numbered: Callable[[], Iterator[tuple[int, list[str] | str]]],
) -> tuple[int, list[Cell], list[list[Cell]]]:
    """The first row that has anything in it, and a sample of those below."""
    headings: list[Cell] | None = None
    at = 0
    sample: list[list[Cell]] = []
    for number, record in numbered():
        if isinstance(record, str):
            if headings is None:
                raise BadFile("bad_headings", _("The first row cannot be read: a quote is opened and never closed."))
        elif headings is None:
            if record and not all(map(is_blank, record)) and not _is_sep(record):
                at, headings = number, list(record)
        else:
            sample.append(list(record))
        if len(sample) >= _HEAD_ROWS:
            break
    if headings is None:
        raise BadFile("empty_file", _("The file is empty."))
    return at, headings, sample


def _is_sep(record: list[str]) -> bool:
    """Excel's `sep=;` line; the delimiter itself cuts it in two."""
    return record[0].lower() in ("sep=", "sep=,") and not any(record[1:])


def _row(number: int, record: list[str] | str, width: int) -> Row | None:
    if isinstance(record, str):
        return Row(number, [], RowProblem(record))
    row = fit(number, list(record), width)
    if row is not None and row.problem is None:
        joined = "".join(record)
        if "\x00" in joined or "\ufffd" in joined:
            column = next(i for i, cell in enumerate(record) if "\x00" in cell or "\ufffd" in cell)
            row.problem = RowProblem("bad_characters", column)
    return row
