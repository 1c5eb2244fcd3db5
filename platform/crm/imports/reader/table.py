"""What a reader gives: columns, rows with the numbers a spreadsheet shows, and how the file was understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from kernel.errors import Invalid, Problem, Text

Cell = str | int | float | Decimal | bool | date | datetime | time | None


class BadFile(Invalid):
    """A file that cannot be read as a table. One problem, under "file"."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__({"file": [Problem(code, message)]}, message)
        self.code = code


@dataclass(frozen=True)
class Limits:
    """What one file may hold. Everything that is kept in memory at once has a bound here."""

    max_bytes: int = 256 * 1024 * 1024
    max_rows: int = 5_000_000
    max_columns: int = 1_000
    #: Longest cell; longer ones refuse their row.
    max_cell: int = 131_072
    #: Longest row of a CSV, and the most lines one quoted cell may run over.
    max_record: int = 1_000_000
    max_record_lines: int = 1_000
    max_zip_entries: int = 2_000
    max_unzipped: int = 2 * 1024 * 1024 * 1024
    max_ratio: int = 250
    #: Parts of an XLSX that have to be kept in memory whole.
    max_shared_strings: int = 128 * 1024 * 1024
    max_styles: int = 16 * 1024 * 1024


LIMITS = Limits()


@dataclass(frozen=True)
class ReadOptions:
    """What a person chose where guessing was not enough; empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Column:
    """`name` is unique in its table; `letter` is what a spreadsheet calls the column; `blank`: it has no heading."""

    index: int
    name: str
    letter: str
    blank: bool = False


@dataclass(frozen=True)
class RowProblem:
    """Why a whole row cannot be read. `column` is an index, or None when it is not about one cell."""

    code: str
    column: int | None = None
    params: dict[str, str] = field(default_factory=dict)


class Row:
    """One row. `number` is its number in the file, as a spreadsheet counts; `padded` says that cells were missing."""

    __slots__ = ("cells", "number", "padded", "problem")

    def __init__(self, number: int, cells: list[Cell], problem: RowProblem | None = None, padded: bool = False) -> None:
        self.number = number
        self.cells = cells
        self.problem = problem
        self.padded = padded

    def __repr__(self) -> str:
        return f"Row({self.number}, {self.cells!r}, {self.problem!r})"


@dataclass(frozen=True)
class TableMeta:
    kind: str  # "csv" | "xlsx"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    #: Number of the row that holds the headings.
    heading_row: int = 1
    #: Rows as the file itself states them, where it does (XLSX); a hint, not a promise.
    rows_hint: int | None = None


@dataclass(frozen=True)
class Table:
    """A table that can be read from the start any number of times: `rows()` opens the file anew."""

    columns: tuple[Column, ...]
    meta: TableMeta
    _open: Callable[[], Iterator[Row]]

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """Rows that are not blank, from the row numbered `after` on (exclusive)."""
        for row in self._open():
            if row.number > after:
                yield row

    def head(self, count: int) -> list[Row]:
        found: list[Row] = []
        rows = self.rows()
        for row in rows:
            found.append(row)
            if len(found) >= count:
                break
        close = getattr(rows, "close", None)
        if close:
            close()
        return found


def text_of(cell: Cell) -> str:
    """A cell as a person reads it in the file: whole numbers without ".0", days without midnight."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
