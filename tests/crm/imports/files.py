"""Files as people send them, made here."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

FAR_TOO_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PERSIAN = [
    ["نام شرکت", "شهر", "کارکنان", "تاریخ تولد"],
    ["پمپ‌سازان البرز", "کرج", "۱٬۲۵۰", "۱۴۰۴/۰۷/۳۰"],
    ["گلخانهٔ کارون", "شوشتر", "۳۲", "۱۴۰۳/۱۲/۳۰"],
    ["چاپ ژرف", "گرگان", "۷", "1405/01/01"],
]


def text_of(rows: Sequence[Sequence[Any]], delimiter: str = ",", lineterminator: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=lineterminator).writerows(rows)
    return out.getvalue()


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def make_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merge: str = "") -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if merge:
            sheet.merge_cells(merge)
    book.save(path)
    return path


def rezip(source: Path, target: Path, changes: dict[str, bytes], drop: Sequence[str] = ()) -> Path:
    """An XLSX with some of its parts replaced, added or left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in changes and entry.filename not in drop:
                new.writestr(entry, old.read(entry.filename))
        for name, content in changes.items():
            new.writestr(name, content)
    return target


def bomb(path: Path, small: Path) -> Path:
    """A few kilobytes that unpack to 64 MB of one cell."""
    with zipfile.ZipFile(small) as old:
        sheet = old.read("xl/worksheets/sheet1.xml").decode()
    filled = sheet.replace("</sheetData>", "<!--" + " " * 64 * 1024 * 1024 + "--></sheetData>")
    return rezip(small, path, {"xl/worksheets/sheet1.xml": filled.encode()})


DAY = date(2017, 3, 1)
