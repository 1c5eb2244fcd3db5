"""What can be wrong with a formula: where it stands, what to do about it, and why a result is blank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid, Problem, Text
from kernel.text.folding import fold


@dataclass(frozen=True)
class Issue:
    """One thing wrong, at `start`–`end` of the source. `suggestion` is text that may stand there instead."""

    code: str
    message: Text
    start: int
    end: int
    suggestion: str = ""
    #: False for a hint: the formula works, but perhaps not as its writer thinks.
    error: bool = True


@dataclass(frozen=True)
class Place:
    """Line and column as people count them, with the line itself and a caret under the spot."""

    line: int
    column: int
    text: str
    caret: str


class FormulaError(Invalid):
    """A formula that cannot be kept. `issues` say where; as Invalid it is a problem of the field `source`."""

    code = "formula"
    message = _("The formula needs another look.")

    def __init__(self, issues: Sequence[Issue], source: str = "") -> None:
        super().__init__({"source": [Problem(issue.code, issue.message) for issue in issues]})
        self.issues = tuple(issues)
        self.source = source


def place_of(source: str, issue: Issue) -> Place:
    """Where an issue stands, shown on at most 120 characters around it."""
    start = min(max(issue.start, 0), len(source))
    before = source[:start]
    line_start = before.rfind("\n") + 1
    line_end = source.find("\n", start)
    line = source[line_start : len(source) if line_end < 0 else line_end]
    column = start - line_start
    cut = max(0, column - 60)
    width = max(1, min(issue.end, line_start + len(line)) - start)
    return Place(before.count("\n") + 1, column + 1, line[cut : cut + 120], " " * (column - cut) + "^" * min(width, 60))


def nearest(word: str, names: Iterable[str]) -> str:
    """The known name that the writer most likely meant, or ""."""
    if len(word) > 60:
        return ""
    folded = {fold(name): name for name in names}
    close = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


#: Why a formula has no value for a record, by the code that `Result.reason` carries.
REASONS: dict[str, Text] = {
    "division_by_zero": _("Something is divided by zero."),
    "out_of_range": _("A number became too large."),
    "too_long": _("The text became too long."),
    "no_such_date": _("There is no such day."),
    "not_a_number": _("A text that should be a number is none."),
    "mixed_currencies": _("Amounts of different currencies cannot be calculated together."),
}
