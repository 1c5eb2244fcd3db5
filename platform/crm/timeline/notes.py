"""Notes, by index `note_record` in its own order. Pinned ones stand above the stream instead of in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.panels import Frame
from crm.services.notes import noteable
from crm.timeline.book import NOTES, Entry, Mark, Source, bound, mark_of
from crm.timeline.rows import makers
from kernel.access import may_add, records_hanging_on
from kernel.registry import registry

NAME: Final = "notes"
#: As many as may stand above the stream; older pinned ones stand in it.
MOST_PINNED: Final = 5
_LONG, _SLACK = 400, 200


@dataclass(frozen=True)
class Shown:
    pk: UUID
    text: str
    pinned: bool
    edited: bool
    may_change: bool
    may_delete: bool

    @property
    def short(self) -> str:
        """How a long one begins; a short one is shown whole."""
        return f"{self.text[:_LONG].rstrip()}…" if len(self.text) > _LONG + _SLACK else ""


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    if not _readable(frame):
        return []
    rows = _rows(frame).exclude(pk__in=[row.pk for row in _pinned(frame)])
    start = bound(NAME, before)
    return _entries(frame, list((rows if start is None else rows.filter(pk__lt=start))[:limit]))


def pinned_notes(frame: Frame) -> list[Entry]:
    """Those that stand above the stream, the latest first."""
    return _entries(frame, _pinned(frame)) if _readable(frame) else []


def may_note(frame: Frame) -> bool:
    return frame.may_change and noteable(frame.entity) and may_add("note", frame.actor)


def _readable(frame: Frame) -> bool:
    return noteable(frame.entity) and frame.actor.may(registry.entity("note").permission("view"))


def _rows(frame: Frame) -> QuerySet[Any]:
    return records_hanging_on(frame.record, "note", frame.actor).order_by("-id")


def _pinned(frame: Frame) -> list[Any]:
    """Read once for a page: they stand above the stream and are left out of it."""
    return frame.once("pinned notes", lambda: list(_rows(frame).filter(pinned=True)[:MOST_PINNED]))


def _entries(frame: Frame, rows: Sequence[Any]) -> list[Entry]:
    labels = makers(rows, frame.actor)
    change, delete = (_allowed(frame, rows, action) for action in ("change", "delete"))
    return [
        Entry(
            mark_of(NAME, row.pk), row.created_at, "notebook-pen", _("Note"), labels.get("user", row.created_by_id),
            note=Shown(row.pk, row.text, row.pinned, _edited(row), row.pk in change, row.pk in delete),
        )
        for row in rows
    ]  # fmt: skip


def _allowed(frame: Frame, rows: Sequence[Any], action: str) -> set[UUID]:
    ids = [row.pk for row in rows]
    if not ids or not frame.may_change:
        return set()
    return set(
        records_hanging_on(frame.record, "note", frame.actor, action).filter(pk__in=ids).values_list("pk", flat=True)
    )


def _edited(row: Any) -> bool:
    """Pinning is no edit: only another text is."""
    return bool(row.version > 1 and (row.updated_at - row.created_at).total_seconds() > 1)


source = Source(NAME, NOTES, read)
