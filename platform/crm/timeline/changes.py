"""What was changed, shared, opened: the audit of this record, by index `audit_record` in its own order."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pages.labels import Labels
from crm.pages.said import currency_said, value_said
from crm.pages.values import currency_of
from crm.panels import Frame
from crm.timeline.book import CHANGES, Entry, Line, Mark, Source, bound, mark_of
from kernel.audit import READS, history
from kernel.models import AuditEntry
from kernel.registry import Entity

NAME: Final = "changes"
_VERBS: Final[dict[str, tuple[str, str | Promise]]] = {
    "created": ("plus", gettext_lazy("Created")),
    "changed": ("pencil", gettext_lazy("Changed")),
    "deleted": ("trash-2", gettext_lazy("Deleted")),
    "restored": ("archive-restore", gettext_lazy("Restored")),
    "export": ("download", gettext_lazy("Exported")),
    "opened": ("eye", gettext_lazy("Opened the record")),
    "revealed": ("eye", gettext_lazy("Looked at a hidden value")),
    "shared": ("share-2", gettext_lazy("Shared")),
    "unshared": ("share-2", gettext_lazy("No longer shared")),
}
_SOURCES: Final[dict[str, str | Promise]] = {
    "import": gettext_lazy("by import"), "api": gettext_lazy("over the API"), "job": gettext_lazy("by a job"),
    "system": gettext_lazy("by the system"), "automation": gettext_lazy("by an automation"),
}  # fmt: skip
_SHOWN: Final = 6


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    """Who looked is told to those who may look into the audit."""
    without = () if frame.actor.may("crm.audit.view") else READS
    rows = history(
        frame.entity, frame.record.pk, actor=frame.actor, limit=limit, before=bound(NAME, before), without=without
    )
    labels = Labels(frame.actor).learn(_related(frame.entity, rows))
    return [_entry(frame.entity, frame.record, row, labels) for row in rows]


def _related(entity: Entity, rows: Iterable[AuditEntry]) -> dict[str, set[UUID]]:
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        for name, pair in row.changes.items():
            field = entity.all_fields.get(name)
            if field is None or field.kind != "relation":
                continue
            for value in pair:
                if value:
                    wanted.setdefault(field.target, set()).add(UUID(str(value)))
    return wanted


def _entry(entity: Entity, record: Any, row: AuditEntry, labels: Labels) -> Entry:
    icon, verb = _VERBS.get(row.action, ("history", row.action))
    fresh = row.action == "created"
    lines = []
    for name, pair in row.changes.items():
        field = entity.all_fields.get(name)
        if field is None or not isinstance(pair, list) or len(pair) != 2:
            continue
        currency = currency_said(field, row.changes) or currency_of(field, record)
        before, after = (value_said(field, value, labels, currency=currency) for value in pair)
        lines.append(Line(str(field.label), "" if fresh else before or _("empty"), after or _("empty")))
    through = _SOURCES.get(row.source, "") if row.actor_label != row.source else ""
    return Entry(
        mark_of(NAME, row.pk), row.at, icon, str(verb), row.actor_label, str(through), about=_with_whom(row),
        lines=lines[:_SHOWN], more=max(len(lines) - _SHOWN, 0),
    )  # fmt: skip


def _with_whom(row: AuditEntry) -> str:
    """The receiver of a share, as it was called then."""
    pair = row.changes.get("with") if row.action in ("shared", "unshared") else None
    return str(next((name for name in reversed(pair) if name), "")) if isinstance(pair, list) else ""


source = Source(NAME, CHANGES, read)
