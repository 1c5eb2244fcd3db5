"""The one door: a path and the name the person gave it → a table."""

from __future__ import annotations

from pathlib import Path

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.imports.reader import sniff
from crm.imports.reader.csvfile import open_csv
from crm.imports.reader.table import LIMITS, BadFile, Limits, ReadOptions, Table
from crm.imports.reader.xlsx import open_xlsx
from kernel.values_text import shown


def open_table(
    path: Path,
    filename: str = "",
    *,
    options: ReadOptions | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Raises BadFile with a code and a sentence for whatever is not a readable table.

    The name is not believed: a renamed PDF is told by its first bytes, and a CSV named .xlsx is read as CSV.
    """
    options = options or ReadOptions()
    size = path.stat().st_size
    if size > limits.max_bytes:
        message = _("The file is larger than {limit} MB. Split it, or leave out columns you do not need.")
        raise BadFile("too_large", format_lazy(message, limit=shown(limits.max_bytes // (1024 * 1024))))
    if sniff.kind_of(path) == "zip":
        return open_xlsx(path, options, limits)
    return open_csv(path, options, limits)
