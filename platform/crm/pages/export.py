"""Exactly what the list shows, as a file: all rows the filters let through, in the columns and order on screen.

Rows are read page by page and written to a file on disk, so memory stays the same for ten rows and a million.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from crm.pages.bulk import chosen_ids
from crm.pages.columns import shown_fields
from crm.pages.labels import Labels
from crm.pages.links import actor_of
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange, records_of
from crm.pages.values import choice_text, yes_no
from kernel import compound
from kernel.audit import record_act
from kernel.formats import listed, local_date, local_time
from kernel.query import page
from kernel.registry import Entity, Field

CHUNK = 2000
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def export(request: HttpRequest, *, entity: Entity) -> HttpResponseBase:
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    actor = actor_of(request)
    setting = arrange(entity, from_query(entity, request.GET), actor=actor)
    fields = export_fields(entity, setting, request.GET.getlist("column"))
    ids = chosen_ids(request.GET)
    rows = export_rows(setting, fields, ids)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — FileResponse closes it
    written = (_write_csv if kind == "csv" else _write_xlsx)(file, fields, rows)
    file.seek(0)
    changes = {"rows": [None, written], "format": [None, kind], "query": [None, setting.state.query()]}
    record_act("export", actor=actor, entity=entity, changes={**changes, "columns": [None, [f.name for f in fields]]})
    name = f"{entity.plural}-{local_date(datetime.now().astimezone()).isoformat()}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_TYPES[kind])


def export_fields(entity: Entity, setting: Setting, names: list[str]) -> list[Field]:
    """The columns on screen; a money column takes its currency along, without which it says nothing."""
    shown = shown_fields(entity, tuple(names)) if names else list(setting.fields)
    fields: list[Field] = []
    for field in shown:
        fields.append(field)
        if field.currency and (beside := entity.all_fields.get(field.currency)) and beside not in shown:
            fields.append(beside)
    return fields


def export_rows(setting: Setting, fields: list[Field], ids: list[Any]) -> Iterator[list[Any]]:
    queryset, state, _told = records_of(setting, "export")
    if ids:
        queryset = queryset.filter(pk__in=ids)
    cursor: str | None = None
    while True:
        found = page(queryset, setting.entity, sort=state.sort or None, size=CHUNK, cursor=cursor)
        labels = Labels(setting.actor).load(found.rows, fields)
        for record in found.rows:
            yield [plain_value(field, record, labels) for field in fields]
        if not found.next:
            return
        cursor = found.next


def plain_value(field: Field, record: Any, labels: Labels) -> Any:
    """A value as a spreadsheet keeps it: numbers and dates as such, everything else as harmless text."""
    value = getattr(record, field.column)
    if value is None or value == "":
        return None
    match field.kind:
        case "relation":
            return harmless(labels.get(field.target, value))
        case "choice":
            return harmless(choice_text(field, value))
        case "multichoice" | "address" | "file":
            return harmless(_SEVERAL[field.kind](field, value)) or None
        case "bool":
            return yes_no(value)
        case "date":
            return value
        case "datetime":
            return local_time(value).replace(tzinfo=None, microsecond=0)
        case _:
            return value if isinstance(value, int | Decimal) else harmless(str(value))


_SEVERAL: dict[str, Callable[[Field, Any], str]] = {
    "multichoice": lambda field, value: listed(choice_text(field, one) for one in value),
    "address": lambda _field, value: compound.in_cell(value),
    "file": lambda _field, value: str(value["name"]),
}


def harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _write_csv(file: IO[bytes], fields: list[Field], rows: Iterator[list[Any]]) -> int:
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([harmless(str(field.label)) for field in fields])
    written = 0
    for row in rows:
        writer.writerow([_csv(value) for value in row])
        written += 1
    out.detach()
    return written


def _csv(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def _write_xlsx(file: IO[bytes], fields: list[Field], rows: Iterator[list[Any]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, value=harmless(str(field.label))) for field in fields]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    written = 0
    for row in rows:
        sheet.append(row)
        written += 1
    book.save(file)
    return written
