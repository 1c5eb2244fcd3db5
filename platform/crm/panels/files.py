"""Files of a record: added by dropping them, seen as pictures, taken away with undo."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.models import Attachment
from crm.panels.book import Frame, Panel
from kernel.access import may_add, records_hanging_on

#: As many as the panel shows; older ones stand in the timeline.
MOST = 60
_ICONS = {"image": "image", "application/pdf": "file-text", "text": "file-text"}


def files_at(frame: Frame) -> list[Attachment]:
    """The newest, read once for the panel and the timeline."""
    rows = records_hanging_on(frame.record, "attachment", frame.actor).filter(purpose=Attachment.Purpose.FILE)
    return frame.once("files", lambda: list(rows.order_by("-created_at", "-id")[:MOST]))


def context(frame: Frame) -> Mapping[str, Any] | None:
    may = frame.may_change and may_add("attachment", frame.actor)
    files = [_file(row) for row in files_at(frame)]
    return {"files": files, "may_change": may, "url": f"{frame.place}files/"}


def _file(row: Any) -> dict[str, Any]:
    kind = row.content_type
    return {
        "pk": row.pk, "name": row.name, "size": row.size, "at": row.created_at, "url": f"/files/{row.pk}/",
        "preview": f"/files/{row.pk}/?show=1" if kind.startswith("image/") else "",
        "icon": _ICONS.get(kind) or _ICONS.get(kind.partition("/")[0]) or _archive(kind),
    }  # fmt: skip


def _archive(kind: str) -> str:
    return "file-spreadsheet" if "sheet" in kind else "archive" if kind.endswith("zip") else "paperclip"


panel = Panel("files", _("Files"), "crm/panels/files.html", context, icon="paperclip")
