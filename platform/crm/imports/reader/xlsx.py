"""XLSX, streaming, by openpyxl's read-only mode over defusedxml. Formulas give the value that was saved with them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zlib import error as ZlibError

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm.imports.reader.headings import fit, is_blank, name_columns, used_width
from crm.imports.reader.table import BadFile, Cell, Limits, ReadOptions, Row, RowProblem, Table, TableMeta
from crm.imports.reader.zipguard import check_archive, damaged

if not DEFUSEDXML:  # openpyxl looks for it once, when it is imported
    raise ImportError("openpyxl does not use defusedxml here; XLSX files must not be read without it.")

_HEAD_ROWS = 200
_SHEET_ROWS = 1_048_576
#: What openpyxl, the XML parser (defusedxml's refusals are ValueErrors) and zipfile raise on broken or hostile files.
_BROKEN = (
    ParseError, BadZipFile, ZlibError, InvalidFileException, ValueError, KeyError, TypeError, IndexError,
    AttributeError, EOFError, OSError, OverflowError, AssertionError,
)  # fmt: skip


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    # The stream is ours to close: openpyxl leaves a file open when it fails half-way.
    with path.open("rb") as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it leaves out
                book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except _BROKEN:
            raise damaged() from None
        try:
            yield book
        finally:
            book.close()


def _cells(book: Any, title: str) -> Iterator[tuple[int, list[Cell]]]:
    """Rows of a sheet with their numbers; the size a sheet states is not believed."""
    sheet = book[title]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        number += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a date out of range becomes "#VALUE!", which its row then says
                values = next(rows)
        except StopIteration:
            return
        except _BROKEN:
            raise damaged() from None
        if number > _SHEET_ROWS:
            raise BadFile("too_many_rows", _("The sheet has more rows than Excel allows. Save it as CSV."))
        yield number, _trimmed(values)


def _trimmed(values: tuple[Any, ...]) -> list[Cell]:
    width = len(values)
    while width and values[width - 1] is None:
        width -= 1
    return [str(v) if isinstance(v, timedelta) else v for v in values[:width]]


def _first_used(book: Any, titles: list[str]) -> str:
    for title in titles:
        for number, cells in _cells(book, title):
            if any(not is_blank(cell) for cell in cells):
                return title
            if number > _HEAD_ROWS:
                break
    raise BadFile("empty_file", _("The file is empty."))


def open_xlsx(path: Path, options: ReadOptions, limits: Limits) -> Table:
    check_archive(path, limits)
    with _workbook(path) as book:
        titles = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.sheetnames
        if options.sheet and options.sheet not in titles:
            message = _("There is no sheet named “{name}” in the file.")
            raise BadFile("unknown_sheet", format_lazy(message, name=options.sheet[:100]))
        title = options.sheet or _first_used(book, titles)
        hint = book[title].max_row
        heading_row, headings, sample = 0, [], []
        for number, cells in _cells(book, title):
            if not heading_row:
                if any(not is_blank(cell) for cell in cells):
                    heading_row, headings = number, cells
            else:
                sample.append(cells)
            if len(sample) >= _HEAD_ROWS:
                break
    if not heading_row:
        raise BadFile("empty_file", _("The sheet is empty."))
    width = used_width(headings, sample)
    columns = name_columns(headings[:width], limits)
    rows_hint = min(hint, _SHEET_ROWS) - heading_row if hint else None
    meta = TableMeta("xlsx", sheet=title, sheets=tuple(titles), heading_row=heading_row, rows_hint=rows_hint)

    def rows() -> Iterator[Row]:
        with _workbook(path) as book:
            for number, cells in _cells(book, title):
                if number > heading_row and (row := fit(number, cells, width)):
                    yield _checked(row, limits)

    table = Table(columns, meta, rows)
    if not table.head(1):
        raise BadFile("no_rows", _("The file has headings but no rows below them."))
    return table


def _checked(row: Row, limits: Limits) -> Row:
    if row.problem is None:
        for index, cell in enumerate(row.cells):
            if isinstance(cell, str) and len(cell) > limits.max_cell:
                row.problem = RowProblem("cell_too_long", index)
    # Short rows are how a sheet stores empty cells at the end, not a fault worth a note.
    row.padded = False
    return row
