"""What was refused, as a file: row, column, value and reason, in the language of whoever asks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, gettext, override
from openpyxl import Workbook

from crm.imports.messages import unpack
from crm.imports.selectors import entity_for_import
from crm.models import ImportProblem, ImportRun
from kernel.errors import NotFound
from kernel.formats import get_locale, use_locale

_PAGE = 2_000
_CHUNK = 64 * 1024


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def reason_of(problem: ImportProblem) -> str:
    return unpack(problem.message, problem.params)


def headings() -> list[str]:
    return [gettext("Row"), gettext("Column"), gettext("Value"), gettext("Reason")]


def error_rows(run: ImportRun) -> Iterator[list[Any]]:
    """By pages on (row, id): the file may be as long as the import."""
    labels = _labels(run)
    last = (0, 0)
    while True:
        page = list(
            ImportProblem.objects.filter(run=run, row__gte=last[0]).exclude(row=last[0], id__lte=last[1])
            .order_by("row", "id")[:_PAGE]
        )  # fmt: skip
        for problem in page:
            column = problem.column or labels.get(problem.field, problem.field)
            yield [problem.row, neutral(column), neutral(problem.value), reason_of(problem)]
        if len(page) < _PAGE:
            return
        last = (page[-1].row, page[-1].id)


def _labels(run: ImportRun) -> dict[str, str]:
    try:
        return {field.name: str(field.label) for field in entity_for_import(run.entity).all_fields.values()}
    except NotFound:
        return {}


def errors_csv(run: ImportRun) -> Iterator[bytes]:
    """With a mark in front by which Excel knows UTF-8."""
    return _as_now(_errors_csv(run))


def _errors_csv(run: ImportRun) -> Iterator[bytes]:
    yield "\ufeff".encode()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings())
    for row in error_rows(run):
        writer.writerow(row)
        if out.tell() > _CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def errors_xlsx(run: ImportRun, target: Any) -> None:
    """Write the workbook to an open binary file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("Errors"))
    sheet.sheet_view.rightToLeft = get_language() == "fa"
    sheet.append(headings())
    for row in error_rows(run):
        sheet.append(row)
    book.save(target)


def _as_now(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Carry language and figures of the present reader into what is streamed after the view has returned."""
    language, locale = get_language() or "en", get_locale()

    def carried() -> Iterator[bytes]:
        while True:
            with override(language), use_locale(locale):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    return carried()
