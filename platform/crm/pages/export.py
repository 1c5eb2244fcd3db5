"""Exactly what the list shows, as a file: all rows the filters let through, in the columns and order on screen.

Rows are read page by page and written to a file on disk, so memory stays the same for ten rows and a million.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language_bidi
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from crm.pages.bucket_parts import Bucket, By
from crm.pages.buckets import buckets_condition, gather, key_of, read_by
from crm.pages.bulk_chosen import chosen_ids
from crm.pages.columns import shown_fields
from crm.pages.labels import Labels
from crm.pages.links import actor_of
from crm.pages.state import from_query
from crm.pages.table import Setting, arrange, records_of
from crm.pages.values import choice_text, value_text, yes_no
from crm.selectors.tags import tags_by_record
from kernel import compound
from kernel.audit import record_act
from kernel.formats import get_locale, local_date, local_time
from kernel.query import page
from kernel.query.counting import size_of
from kernel.registry import Entity, Field

CHUNK = 2000
#: Groups read at once.
TOGETHER = 200
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


#: More rows than this are written by a job, whose file is fetched when it is done.
DIRECT = 20_000


@dataclass(frozen=True)
class Wish:
    """What a file is to hold: its format, and dates as the reader's calendar writes them or as ISO."""

    kind: str = "xlsx"
    dates: str = "iso"
    columns: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()

    @classmethod
    def read(cls, given: QueryDict) -> "Wish":
        kind = "csv" if given.get("format") == "csv" else "xlsx"
        dates = "calendar" if given.get("dates") == "calendar" else "iso"
        return cls(kind, dates, tuple(given.getlist("column")), tuple(chosen_ids(given)))


def export(request: HttpRequest, *, entity: Entity) -> HttpResponseBase:
    """A file at once; of a long list, the page of the job that writes it."""
    from crm.pages.export_job import start_export  # that module writes by what is here

    actor, wish = actor_of(request), Wish.read(request.GET)
    setting = arrange(entity, from_query(entity, request.GET), actor=actor)
    if not wish.ids:
        size = size_of(records_of(setting, "export")[0])
        if not size.exact or size.number > DIRECT:
            job = start_export(setting, wish, total=size.number if size.exact else None)
            return redirect("crm:work", pk=job.pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — FileResponse closes it
    write_export(setting, wish, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name_of(entity, wish.kind), content_type=TYPES[wish.kind])


def name_of(entity: Entity, kind: str) -> str:
    return f"{entity.plural}-{local_date(datetime.now().astimezone()).isoformat()}.{kind}"


def write_export(setting: Setting, wish: Wish, file: IO[bytes], step: Callable[[int], None] = lambda rows: None) -> int:
    """Write everything to an open file and say so in the audit; how many rows there were."""
    fields = export_fields(setting.entity, setting, list(wish.columns))
    rows = export_rows(setting, fields, list(wish.ids), wish, step)
    by = read_by(setting.entity, setting.state.by)
    heads = [*([str(by.field.label)] if by else []), *(str(field.label) for field in fields)]
    written = (_write_csv if wish.kind == "csv" else _write_xlsx)(file, heads, rows)
    changes = {"rows": [None, written], "format": [None, wish.kind], "query": [None, setting.state.query()]}
    columns = [f.name for f in fields]
    with transaction.atomic():
        record_act(
            "export", actor=setting.actor, entity=setting.entity, changes={**changes, "columns": [None, columns]}
        )
    return written


def export_fields(entity: Entity, setting: Setting, names: list[str]) -> list[Field]:
    """The columns on screen; a money column takes its currency along, without which it says nothing."""
    shown = shown_fields(entity, tuple(names)) if names else list(setting.fields)
    fields: list[Field] = []
    for field in shown:
        fields.append(field)
        if field.currency and (beside := entity.all_fields.get(field.currency)) and beside not in shown:
            fields.append(beside)
    return fields


def export_rows(
    setting: Setting,
    fields: list[Field],
    ids: list[Any],
    wish: Wish = Wish(),
    step: Callable[[int], None] = lambda rows: None,
) -> Iterator[list[Any]]:
    """All rows in the order on screen: gathered into its groups, where the list is; then each says which it is of."""
    queryset, state, _told = records_of(setting, "export")
    if ids:
        queryset = queryset.filter(pk__in=ids)
    by = read_by(setting.entity, state.by)
    if by is None:
        yield from (row for _record, row in _paged(setting, queryset, fields, wish, step))
        return
    with transaction.atomic():
        gathered = gather(setting.entity, queryset, by, setting.labels, most=None, order=state.by_order)
    for batch in _batches(gathered.buckets):
        condition = buckets_condition(by, [bucket.key for bucket in batch])
        if condition is not None:
            yield from _grouped(setting, queryset.filter(condition), fields, wish, step, by, batch)


def _batches(buckets: Sequence[Bucket]) -> Iterator[list[Bucket]]:
    """Groups that are read together, so that a thousand small ones are not a thousand queries."""
    batch: list[Bucket] = []
    rows = 0
    for bucket in buckets:
        if batch and (rows + bucket.count > CHUNK or len(batch) == TOGETHER):
            yield batch
            batch, rows = [], 0
        batch.append(bucket)
        rows += bucket.count
    if batch:
        yield batch


def _grouped(
    setting: Setting, queryset: Any, fields: list[Field], wish: Wish, step: Callable[[int], None], by: By,
    batch: Sequence[Bucket],
) -> Iterator[list[Any]]:  # fmt: skip
    """The rows of each group in turn, headed by its name; of one large group they come page by page."""
    read = _paged(setting, queryset, fields, wish, step)
    if len(batch) == 1:
        yield from ([harmless(batch[0].label), *row] for _record, row in read)
        return
    rows: dict[str, list[list[Any]]] = {}
    for record, row in read:
        rows.setdefault(key_of(by, record), []).append(row)
    for bucket in batch:
        yield from ([harmless(bucket.label), *row] for row in rows.get(bucket.key, []))


def _paged(
    setting: Setting, queryset: Any, fields: list[Field], wish: Wish, step: Callable[[int], None]
) -> Iterator[tuple[Any, list[Any]]]:
    state = setting.state
    cursor: str | None = None
    while True:
        with transaction.atomic():  # a job has none of its own around it
            found = page(queryset, setting.entity, sort=state.sort or None, size=CHUNK, cursor=cursor)
            labels = Labels(setting.actor).load(found.rows, fields)
            tagged = [r.pk for r in found.rows] if any(f.asks for f in fields) else []
            worn = tags_by_record(setting.entity, tagged, actor=setting.actor)
        for record in found.rows:
            tags = harmless(", ".join(tag.name for tag in worn.get(record.pk, ()))) or None
            yield record, [tags if f.asks else plain_value(f, record, labels, wish.dates) for f in fields]
        step(len(found.rows))
        if not found.next:
            return
        cursor = found.next


def plain_value(field: Field, record: Any, labels: Labels, dates: str = "iso") -> Any:
    """A value as a spreadsheet keeps it: numbers and dates as such, everything else as harmless text."""
    value = getattr(record, field.column)
    return None if value is None or value == "" else _plain(field, value, labels, dates)


def _plain(field: Field, value: Any, labels: Labels, dates: str) -> Any:
    match field.kind:
        case "relation":
            return harmless(labels.get(field.target, value))
        case "choice":
            return harmless(choice_text(field, value))
        case "bool":
            return yes_no(value)
        case "date" | "datetime" if dates == "calendar":
            return harmless(written_date(value))
        case "multichoice" | "file" | "address":
            text = compound.in_cell(value) if field.kind == "address" else value_text(field, value)
            return harmless(text) or None
        case "date":
            return value
        case "datetime":
            return local_time(value).replace(tzinfo=None, microsecond=0)
        case _:
            return value if isinstance(value, int | Decimal) else harmless(str(value))


def written_date(value: date) -> str:
    """In the reader's calendar, with Latin digits, which a spreadsheet can sort."""
    locale = get_locale()
    moment = local_time(value) if isinstance(value, datetime) else None
    day = locale.cal.format(moment.date() if moment else value, "numeric", locale.language)
    return f"{day} {moment:%H:%M}" if moment else day


def harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _write_csv(file: IO[bytes], heads: list[str], rows: Iterator[list[Any]]) -> int:
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([harmless(head) for head in heads])
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


def _write_xlsx(file: IO[bytes], heads: list[str], rows: Iterator[list[Any]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.sheet_view.rightToLeft = get_language_bidi()
    cells = [WriteOnlyCell(sheet, value=harmless(head)) for head in heads]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    written = 0
    for row in rows:
        sheet.append(row)
        written += 1
    book.save(file)
    return written
