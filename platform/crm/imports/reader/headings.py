"""Headings: unique names, spreadsheet letters, and trailing columns that are nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.reader.table import BadFile, Cell, Column, Limits, Row, RowProblem, text_of
from kernel.values_text import shown

_MAX_NAME = 200


def letter_of(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def name_columns(headings: Sequence[Cell], limits: Limits) -> tuple[Column, ...]:
    """Columns with unique names: a repeated heading becomes «Name (2)», a blank one is named by its letter."""
    if len(headings) > limits.max_columns:
        message = _("The file has {count} columns; {limit} are possible. Remove the columns you do not need.")
        parts = {"count": shown(len(headings)), "limit": shown(limits.max_columns)}
        raise BadFile("too_many_columns", format_lazy(message, **parts))
    taken: set[str] = set()
    columns = []
    for index, cell in enumerate(headings):
        text = " ".join(text_of(cell).split())[:_MAX_NAME]
        base = text or f"({letter_of(index)})"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name.casefold())
        columns.append(Column(index, name, letter_of(index), blank=not text))
    return tuple(columns)


def used_width(headings: Sequence[Cell], sample: Sequence[Sequence[Cell]]) -> int:
    """Columns up to the last one with a heading or anything in the sample: spreadsheets drag empty ones along."""
    width = len(headings)
    while width and is_blank(headings[width - 1]) and all(len(r) < width or is_blank(r[width - 1]) for r in sample):
        width -= 1
    return width


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def fit(number: int, cells: list[Cell], width: int) -> Row | None:
    """Make a row as wide as the table; None for a blank one. Cells too many refuse it: which one is the stray?"""
    length = len(cells)
    if not any(cell is not None and cell != "" for cell in cells) or all(map(is_blank, cells)):
        return None
    if length == width:
        return Row(number, cells)
    if length < width:
        return Row(number, cells + [None] * (width - length), padded=True)
    extra = [cell for cell in cells[width:] if not is_blank(cell)]
    if not extra:
        return Row(number, cells[:width])
    params = {"cells": str(length), "columns": str(width)}
    return Row(number, cells, RowProblem("row_too_long", None, params))
