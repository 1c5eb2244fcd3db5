"""What kind of values a column holds, from its first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.imports.reader import Cell, Column, Row, text_of
from kernel.badvalue import BadValue
from kernel.calendars.parsing import DateOrder, detect_date_order, parse_date
from kernel.text.digits import parse_decimal, to_latin
from kernel.text.folding import fold

SAMPLE_ROWS = 500
#: Share of the filled cells that must fit: a few odd ones are the errors that an import reports.
_MOST = 0.9

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00?)[1-9][\d\s()\-.]{6,18}")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_PERCENT = re.compile(r"[-+\d.,٫٬\s]+[%٪]")
_MONEY = re.compile(
    r"([$€£¥﷼]\s*[\d.,٫٬\s]+|[\d.,٫٬\s]+\s*([$€£¥﷼]|ریال|تومان|تومن|usd|eur|gbp|irr|irt|rial|toman))", re.IGNORECASE
)
_DATE_LIKE = re.compile(r"\d{1,4}[/\-. ]\d{1,2}[/\-. ]\d{1,4}|\d{8}|.*\d.*[^\W\d_]{3}.*\d.*")
_HINTS: tuple[DateOrder, ...] = ("DMY", "MDY")
_YES_NO = frozenset({"yes", "no", "true", "false", "y", "n", "بله", "خیر", "بلی", "نه", "دارد", "ندارد", "✓", "✗"})


@dataclass(frozen=True)
class Detected:
    """`kind` is one of the registry's. `date_order` is "" where it does not matter or cannot be told; then
    `ambiguous` says that a person must choose."""

    kind: str
    filled: int
    distinct: int
    samples: tuple[str, ...]
    date_order: str = ""
    ambiguous: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "samples": list(self.samples)}


def detect_columns(columns: Sequence[Column], rows: Sequence[Row]) -> list[Detected]:
    good = [row.cells for row in rows if row.problem is None]
    return [_detect([cells[column.index] for cells in good]) for column in columns]


def _detect(cells: Iterable[Cell]) -> Detected:
    filled = [c for c in cells if c is not None and (not isinstance(c, str) or c.strip())]
    texts = [text_of(cell).strip() for cell in filled]
    distinct = list(dict.fromkeys(texts))
    samples = tuple(text[:120] for text in distinct[:5])
    kind = _typed(filled) or _of_texts(texts, len(distinct))
    if kind != "date" or not all(isinstance(cell, str) for cell in filled):
        return Detected(kind, len(filled), len(distinct), samples)
    order = detect_date_order(texts) or ""
    ambiguous = not order and any(_is_ambiguous(text) for text in distinct)
    return Detected(kind, len(filled), len(distinct), samples, order, ambiguous)


def _typed(cells: Sequence[Cell]) -> str:
    """The kind of cells that a spreadsheet typed."""
    if not cells:
        return "text"
    by_type: tuple[tuple[type | tuple[type, ...], str], ...] = ((bool, "bool"), (datetime, "datetime"), (date, "date"))
    for types, kind in by_type:
        if _mostly(isinstance(c, types) for c in cells):
            return "date" if kind == "datetime" and _midnights(cells) else kind
    if _mostly(isinstance(c, int | float | Decimal) and not isinstance(c, bool) for c in cells):
        whole = all(float(c).is_integer() for c in cells if isinstance(c, int | float | Decimal))
        return "integer" if whole else "decimal"
    return ""


def _midnights(cells: Sequence[Cell]) -> bool:
    moments = [c for c in cells if isinstance(c, datetime)]
    return bool(moments) and all((c.hour, c.minute, c.second) == (0, 0, 0) for c in moments)


def _of_texts(texts: Sequence[str], distinct: int) -> str:
    if _mostly(fold(text) in _YES_NO for text in texts):
        return "bool"
    for kind, pattern in (("uuid", _UUID), ("email", _EMAIL), ("url", _URL)):
        if _mostly(pattern.fullmatch(text) is not None for text in texts):
            return kind
    latin = [to_latin(text) for text in texts]
    if _mostly(_is_date(text) for text in latin):
        return "date"
    for kind, pattern in (("phone", _PHONE), ("percent", _PERCENT), ("money", _MONEY)):
        if _mostly(pattern.fullmatch(text) is not None for text in latin):
            return kind
    if _mostly(_is_number(text) for text in latin):
        return "integer" if _mostly(text.lstrip("+-").isdigit() for text in latin) else "decimal"
    if sum(map(len, texts)) > 150 * len(texts):
        return "longtext"
    few = distinct <= 12 and len(texts) >= 3 * distinct
    return "choice" if few and max(map(len, texts)) <= 40 else "text"


def _mostly(fits: Iterable[bool]) -> bool:
    answers = list(fits)
    return bool(answers) and sum(answers) >= _MOST * len(answers)


def _is_number(text: str) -> bool:
    # A leading zero or a very long number is a code: as a number it would lose digits.
    if (text[:1] == "0" and text[1:2].isdigit()) or sum(map(str.isdigit, text)) > 15:
        return False
    try:
        parse_decimal(text)
    except BadValue:
        return False
    return True


def _is_date(text: str) -> bool:
    if not _DATE_LIKE.fullmatch(text):
        return False
    for hint in _HINTS:
        try:
            parse_date(text, hint=hint)
        except BadValue:
            continue
        return True
    return False


def _is_ambiguous(text: str) -> bool:
    try:
        parse_date(text)
    except BadValue as error:
        return error.code == "date_ambiguous"
    return False
