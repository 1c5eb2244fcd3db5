"""Lines of the audit in the reader's words: a fixed number of queries, and nothing that the reader may not see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.audit.readable import entity_read_by, is_entity, records_seen, sees_all
from crm.audit.words import ACTS, NOTES, SOURCES, THINGS
from crm.pages.labels import Labels
from crm.pages.links import record_url
from crm.pages.said import currency_said, value_said
from identity.templatetags.identity_words import action_word, level_word
from kernel import formats
from kernel.access import Actor
from kernel.masking import mask
from kernel.models import AuditEntry
from kernel.registry import Entity, registry

_BRIEF: Final = 3


@dataclass(frozen=True)
class Change:
    """One field from what to what; `hidden` says that the values are not for this reader."""

    name: str
    label: str
    before: str
    after: str
    hidden: bool = False


@dataclass(frozen=True)
class Line:
    id: UUID
    at: datetime
    icon: str
    act: str
    action: str
    who: str
    who_id: UUID | None
    thing: str
    entity: str
    record: str
    record_id: UUID | None
    url: str
    source: str
    ip: str
    request_id: str
    batch: UUID | None
    changes: Sequence[Change]
    #: What it is about is not the reader's to see.
    hidden: bool

    @property
    def about(self) -> bool:
        """Whether it is worth saying what it is about: not where people did something to themselves."""
        return bool(self.thing) and (self.record_id is None or self.record_id != self.who_id)

    @property
    def brief(self) -> str:
        """The first changes in a few words, for the line as it stands closed; a creation fills every field."""
        if self.action == "created":
            return ""
        told = pgettext("list", ", ").join(change.label for change in self.changes[:_BRIEF])
        return f"{told}…" if len(self.changes) > _BRIEF else told


def lines_of(rows: Sequence[AuditEntry], *, actor: Actor) -> list[Line]:
    return _Reader(rows, actor).lines()


class _Reader:
    def __init__(self, rows: Sequence[AuditEntry], actor: Actor) -> None:
        self.rows, self.actor = rows, actor
        names = {row.entity for row in rows if is_entity(row.entity)}
        self.kinds = {name: entity_read_by(actor, name) for name in names}
        self.seen = {name: self._seen(name, kind) for name, kind in self.kinds.items()}
        self.labels = Labels(actor).learn(self._related())
        self.currencies = {name: self._currencies(kind) for name, kind in self.kinds.items() if kind is not None}

    def _seen(self, name: str, kind: Entity | None) -> set[UUID] | None:
        """Ids of records that may be shown; None for all."""
        if kind is None:
            return set()
        if sees_all(self.actor, kind):
            return None
        return records_seen(self.actor, kind, (r.record_id for r in self.rows if r.entity == name and r.record_id))

    def _currencies(self, kind: Entity) -> dict[UUID, Mapping[str, str]]:
        """What records count in now: a change of an amount alone does not say it."""
        names = sorted({field.currency for field in kind.all_fields.values() if field.currency})
        money = {field.name for field in kind.all_fields.values() if field.currency}
        mine = (r for r in self.rows if r.entity == kind.name and not money.isdisjoint(r.changes))
        ids = {r.record_id for r in mine if not self._is_hidden(r)} if names else set()
        found = kind.records(everything=True).filter(pk__in=ids) if ids else ()
        return {one.pk: {name: getattr(one, name, "") for name in names} for one in found}

    def _related(self) -> dict[str, set[UUID]]:
        wanted: dict[str, set[UUID]] = {}
        for row in self.rows:
            kind = self.kinds.get(row.entity)
            if kind is None or self._is_hidden(row):
                continue
            for name, pair in row.changes.items():
                field = kind.all_fields.get(name)
                if field is not None and field.kind == "relation":
                    for value in _pair(pair):
                        if pk := _uuid(value):
                            wanted.setdefault(field.target, set()).add(pk)
        return wanted

    def _is_hidden(self, row: AuditEntry) -> bool:
        if not is_entity(row.entity):
            return False
        seen = self.seen[row.entity]
        if seen is None:
            return False
        return row.record_id is None or row.record_id not in seen

    def lines(self) -> list[Line]:
        return [self._line(row) for row in self.rows]

    def _line(self, row: AuditEntry) -> Line:
        icon, act = ACTS.get(row.action, ("history", row.action.replace("_", " ").capitalize()))
        kind, hidden = self.kinds.get(row.entity), self._is_hidden(row)
        label = "" if hidden else row.record_label
        shown = kind is not None and row.record_id and not hidden and row.action != "deleted"
        url = record_url(row.entity, row.record_id) if shown else ""
        return Line(
            id=row.pk, at=row.at, icon=icon, act=str(act), action=row.action, who=row.actor_label, who_id=row.actor_id,
            thing=_thing(row.entity), entity=row.entity, record=label, record_id=None if hidden else row.record_id,
            url=url, source=str(SOURCES.get(row.source, row.source)), ip=str(row.ip or ""), request_id=row.request_id,
            batch=row.batch, changes=() if hidden else tuple(self._changes(row, kind)), hidden=hidden,
        )  # fmt: skip

    def _changes(self, row: AuditEntry, kind: Entity | None) -> Iterable[Change]:
        for name, value in row.changes.items():
            before, after = _pair(value)
            if row.action == "levels":
                yield Change(name, _permission(name), level_word(str(before)), level_word(str(after)))
            elif kind is not None and name in kind.all_fields:
                yield self._field(kind, row, name, (before, after))
            elif kind is not None and row.action in ("created", "changed"):
                # A field that is gone, or not this reader's: that it changed is told, not to what.
                yield Change(name, name, "", "", hidden=True)
            else:
                yield Change(name, str(NOTES.get(name, name)), _note(before, kind, name), _note(after, kind, name))

    def _field(self, kind: Entity, row: AuditEntry, name: str, pair: tuple[Any, Any]) -> Change:
        field = kind.field(name)
        if field.masked:
            pair = (mask(pair[0]), mask(pair[1]))
        now = self.currencies[kind.name].get(row.record_id, {}) if row.record_id else {}
        currency = currency_said(field, row.changes) or str(now.get(field.currency) or "")
        before, after = (value_said(field, value, self.labels, currency=currency) for value in pair)
        return Change(name, str(field.label), before, after)


def _pair(value: Any) -> tuple[Any, Any]:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, value)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def _thing(name: str) -> str:
    if is_entity(name):
        return str(registry.entity(name).label)
    return str(THINGS.get(name, name))


def _permission(code: str) -> str:
    known = registry.permissions.get(code)
    if known is None:
        return code
    action = code.rpartition(".")[2]
    word = action_word(action)
    return str(known.label) if word == action else f"{known.label}: {word}"


def _note(value: Any, kind: Entity | None, name: str) -> str:
    """A value of an act that is no field: told plainly, names of fields by their labels."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return formats.filesize(value) if name == "size" else formats.num(value)
    if isinstance(value, list):
        return pgettext("list", ", ").join(_item(one, kind) for one in value)
    if isinstance(value, dict):
        return pgettext("list", ", ").join(f"{key}: {_note(one, None, '')}" for key, one in value.items())
    return str(value)


def _item(value: Any, kind: Entity | None) -> str:
    if kind is not None and str(value) in kind.all_fields:
        return str(kind.field(str(value)).label)
    return str(registry.entity(str(value)).label_plural) if is_entity(str(value)) else str(value)
