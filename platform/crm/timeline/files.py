"""Files that were added, by index `attachment_record`."""

from typing import Final

from django.utils.translation import gettext as _

from crm.models import Attachment
from crm.panels import Frame
from crm.panels.files import files_at
from crm.timeline.book import FILES, Entry, Mark, Source, mark_of
from crm.timeline.rows import makers, newest
from kernel import formats
from kernel.access import records_hanging_on
from kernel.registry import registry

NAME: Final = "files"


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    if not frame.entity.asides or not frame.actor.may(registry.entity("attachment").permission("view")):
        return []
    rows = files_at(frame)[:limit] if before is None else _below(frame, before, limit)
    labels = makers(rows, frame.actor)
    return [
        Entry(
            mark_of(NAME, row.pk), row.created_at, "paperclip", _("File added"), labels.get("user", row.created_by_id),
            about=row.name, url=f"/files/{row.pk}/", detail=formats.filesize(row.size),
        )
        for row in rows
    ]  # fmt: skip


def _below(frame: Frame, before: Mark, limit: int) -> list[Attachment]:
    mine = records_hanging_on(frame.record, "attachment", frame.actor).filter(purpose=Attachment.Purpose.FILE)
    return newest(mine, NAME, before, limit)


source = Source(NAME, FILES, read)
