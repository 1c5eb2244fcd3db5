"""The audit as a CSV file: a row for each field that changed, in the reader's words, with UTC times beside."""

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from crm.audit.asking import Question, lines_for
from crm.audit.lines import Line, lines_of
from crm.pages.export import harmless
from kernel.access import Actor, require
from kernel.audit import record_act
from kernel.formats import local_time

EXPORT: Final = "crm.audit.export"
#: Lines of one file; whoever needs more asks for a shorter period at a time.
MOST: Final = 100_000
_CHUNK: Final = 1000


def write_export(asked: Question, *, actor: Actor) -> IO[bytes]:
    """A file on disk that holds what the page would show, page after page; that it was taken is written down."""
    require(actor, EXPORT)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — FileResponse closes it
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([
        _("Time"), _("Time (UTC)"), _("Who"), _("Act"), _("Kind of record"), _("Record"), _("Field"), _("Before"),
        _("After"), _("Source"), _("IP address"), _("Reference"), _("Line"),
    ])  # fmt: skip
    written = 0
    for line in _lines(asked, actor):
        for row in _rows(line):
            writer.writerow(row)
        written += 1
    out.detach()
    file.seek(0)
    changes = {"lines": [None, written], "query": [None, asked.query()]}
    record_act("audit_export", actor=actor, entity="audit", changes=changes)
    return file


def _lines(asked: Question, actor: Actor) -> Iterator[Line]:
    rows, last, left = lines_for(actor, asked), None, MOST
    while left > 0:
        found = list((rows if last is None else rows.filter(pk__lt=last))[: min(_CHUNK, left)])
        yield from lines_of(found, actor=actor)
        if len(found) < _CHUNK:
            return
        last, left = found[-1].pk, left - len(found)


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
