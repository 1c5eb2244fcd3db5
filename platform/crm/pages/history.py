"""A record's history as sentences: field labels, from and to in words, names instead of ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pages.labels import Labels
from crm.pages.said import currency_said, value_said
from crm.pages.values import currency_of
from kernel.access import Actor
from kernel.audit import history
from kernel.models import AuditEntry
from kernel.registry import Entity

_VERBS: dict[str, tuple[str, str | Promise]] = {
    "created": ("plus", gettext_lazy("Created")),
    "changed": ("pencil", gettext_lazy("Changed")),
    "deleted": ("trash-2", gettext_lazy("Deleted")),
    "restored": ("archive-restore", gettext_lazy("Restored")),
    "export": ("download", gettext_lazy("Exported")),
    "opened": ("eye", gettext_lazy("Opened the record")),
    "revealed": ("eye", gettext_lazy("Looked at a hidden value")),
}
_SOURCES: dict[str, str | Promise] = {
    "import": gettext_lazy("by import"), "api": gettext_lazy("over the API"), "job": gettext_lazy("by a job"),
    "system": gettext_lazy("by the system"), "automation": gettext_lazy("by an automation"),
}  # fmt: skip
_SHOWN = 6


@dataclass(frozen=True)
class Line:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    icon: str
    title: str
    who: str
    through: str
    at: datetime
    lines: list[Line]
    more: int


def history_of(entity: Entity, record: Any, *, actor: Actor, limit: int = 12) -> list[Entry]:
    rows = history(entity, record.pk, actor=actor, limit=limit)
    labels = Labels(actor).learn(_related(entity, rows))
    return [_entry(entity, record, row, labels) for row in rows]


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
    return Entry(icon, str(verb), row.actor_label, str(through), row.at, lines[:_SHOWN], max(len(lines) - _SHOWN, 0))
