"""What the import itself finds wrong, beside what values, relations and permissions say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.reader import RowProblem
from kernel.errors import Problem, Text
from kernel.values_text import shown

REQUIRED = Problem("required", _("This value is required. Fill the cell in, or choose another column for it."))
NEW_TAG = Problem("new_tag", _("There is no tag of this name, and you may not make one. Choose one that there is."))
MUST_EXIST = Problem(
    "required", _("No such record exists yet, and the file lacks what a new one needs. Add the column and try again.")
)
CIRCLE = Problem("circle", _("These records belong to each other in a circle. Break it in one of the rows."))
ITSELF = Problem("circle", _("A record cannot belong to itself. Clear the cell or name another."))
UNCLEAR = Problem("not_found", _("There is no letter or digit in this name, so nothing can be found by it."))

ROW_PROBLEMS: dict[str, Text] = {
    "row_too_long": _(
        "The row has {cells} cells for {columns} columns. Is a delimiter inside a value? Put it in quotes."
    ),
    "row_too_large": _("The row is longer than any table row. Is the file damaged here?"),
    "cell_too_long": _("A cell of this row is too long. Shorten it to at most 130,000 characters."),
    "unclosed_quote": _("A quote is opened in this row and never closed. Close it, or write it twice inside a value."),
    "bad_characters": _("There are characters here that cannot be read. Save the file as UTF-8 and upload it again."),
}  # fmt: skip


def not_found(label: Text, made: bool) -> Problem:
    """`made`: such records may be made by an import, only not by this person or not in this import."""
    if made:
        message = _("There is no {entity} of this name, and this import may not make one. Make it first, or allow it.")
    else:
        message = _("There is no {entity} of this name. Make it first, or correct the cell.")
    return Problem("not_found", format_lazy(message, entity=label))


def ambiguous(label: Text, count: int) -> Problem:
    message = _("{count} records of the kind “{entity}” have this name. Name one that is unique, or rename them.")
    return Problem("ambiguous", format_lazy(message, count=shown(count), entity=label))


def of_row(problem: RowProblem) -> Problem:
    message = ROW_PROBLEMS[problem.code]
    params: dict[str, Any] = {k: shown(int(v)) if v.isdigit() else v for k, v in problem.params.items()}
    return Problem(problem.code, format_lazy(message, **params) if params else message)  # type: ignore[arg-type]  # a lazy string


@dataclass(frozen=True)
class CellProblem:
    """A problem with its place: column heading, field path and the cell's text."""

    column: str
    field: str
    value: str
    problem: Problem
