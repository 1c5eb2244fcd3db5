"""The audit as a CSV file: a row for each field that changed, in the reader's words, with UTC times beside.

Lines are read by their number, thousand by thousand, so memory stays the same for ten of them and for millions.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from crm.audit.asking import Question, lines_for
from crm.audit.lines import Line, lines_of
from crm.pages.export import TYPES, harmless
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.formats import local_date, local_time
from kernel.models import AuditEntry

EXPORT: Final = "crm.audit.export"
#: More lines than this are written by a job, whose file is fetched when it is done.
DIRECT: Final = 20_000
_CHUNK: Final = 1000


def size_within(asked: Question, *, actor: Actor, most: int) -> int | None:
    """How many lines answer; None when there are more than so many."""
    found = lines_for(actor, asked).values("pk")[: most + 1].count()
    return None if found > most else found


def newest_line() -> UUID | None:
    """What is written after it is not part of a file that was asked for now."""
    return AuditEntry.objects.order_by("-id").values_list("pk", flat=True).first()


def file_at_once(asked: Question, *, actor: Actor) -> FileResponse:
    """The file of a short answer."""
    require(actor, EXPORT)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — FileResponse closes it
    written = write_lines(asked, file, actor=actor, upto=newest_line())
    file.seek(0)
    note_export(asked, written, actor=actor)
    return FileResponse(file, as_attachment=True, filename=file_name(), content_type=TYPES["csv"])


def file_name() -> str:
    return f"audit-{local_date(datetime.now().astimezone()).isoformat()}.csv"


def note_export(asked: Question, written: int, *, actor: Actor) -> None:
    """That the audit was taken away is part of the audit."""
    changes = {"lines": [None, written], "query": [None, asked.query()]}
    record_act("audit_export", actor=actor, entity="audit", changes=changes)


def write_lines(
    asked: Question, file: IO[bytes], *, actor: Actor, upto: UUID | None, step: Callable[[int], None] = lambda _: None
) -> int:  # fmt: skip
    """Write what the page would show, page after page, to an open file; how many lines there were."""
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([
        _("Time"), _("Time (UTC)"), _("Who"), _("Act"), _("Kind of record"), _("Record"), _("Field"), _("Before"),
        _("After"), _("Source"), _("IP address"), _("Reference"), _("Line"),
    ])  # fmt: skip
    written = 0
    for lines in _pages(asked, actor, upto):
        writer.writerows(row for line in lines for row in _rows(line))
        written += len(lines)
        step(len(lines))
    out.detach()
    return written


def _pages(asked: Question, actor: Actor, upto: UUID | None) -> Iterator[list[Line]]:
    rows = lines_for(actor, asked)
    left = rows.filter(pk__lte=upto) if upto else rows.none()
    while True:
        with transaction.atomic():  # a job has none of its own around it
            found = list(left[:_CHUNK])
            lines = lines_of(found, actor=actor)
        yield lines
        if len(found) < _CHUNK:
            return
        left = rows.filter(pk__lt=found[-1].pk)


def _rows(line: Line) -> Iterator[list[Any]]:
    at = line.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    local = local_time(line.at).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
    record = _("(not visible to you)") if line.hidden else line.record
    head = [local, at, *map(harmless, (line.who, line.act, line.thing, record))]
    tail = [line.source, line.ip, line.request_id, str(line.id)]
    for change in line.changes:
        before, after = ("", _("(not visible to you)")) if change.hidden else (change.before, change.after)
        yield [*head, *map(harmless, (change.label, before, after)), *tail]
    if not line.changes:
        yield [*head, "", "", "", *tail]
