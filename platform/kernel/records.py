"""Writing records. A change is one transaction: the row, its audit and its event.

Values are cleaned ones (kernel.clean). Permissions are checked here, by the one predicate, whichever face calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kernel import audit, custom
from kernel.access import Actor, denied, get_record_for, may_add, require_open, visible
from kernel.clean import blank
from kernel.errors import Conflict, Denied, Invalid, NotFound
from kernel.events import publish_all
from kernel.ids import uuid7
from kernel.models import AuditEntry
from kernel.narrowing import TYPE, refuse_fields, refuse_type, whole
from kernel.pointing import held_fast, let_go, require_loose
from kernel.registry import Entity, UnknownName, registry
from kernel.search.near import learn_words
from kernel.unique import only_free, require_free, told_apart
from kernel.upsert import RowResult, change_records, upsert_records
from kernel.write import (
    Change,
    changes_between,
    check_unique,
    derived,
    fill_defaults,
    first_changes,
    follow_up,
    new_record,
    number,
    put,
    save_changed,
    snapshot,
)

__all__ = [
    "Outcome", "RowResult", "bulk_delete", "bulk_update", "change_records", "create_record", "delete_record",
    "restore_record", "size_of_batch", "undo_batch", "undo_part", "update_record", "upsert_records",
]  # fmt: skip


@dataclass
class Outcome:
    """What a bulk act did. `batch` undoes it."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    batch: UUID = field(default_factory=uuid7)


def _events(kind: Entity, verb: str, change: Change) -> list[tuple[str, dict[str, Any]]]:
    payload = {"id": str(change.record.pk), "entity": kind.name, "changes": change.diff}
    own = kind.events_function(change.record, change.before) if kind.events_function else []
    return [(f"{kind.engine}.{kind.name}_{verb}", payload), *own]


def _finish(kind: Entity, verb: str, change: Change, actor: Actor, batch: UUID | None = None) -> UUID:
    """What follows from one change, its audit row and its events; returns the audit row's id, which undoes it."""
    follow_up(kind, verb, [change], actor)
    row = audit.entry(verb, actor=actor, entity=kind, record=change.record, changes=change.diff, batch=batch)
    row.save(force_insert=True)
    publish_all(_events(kind, verb, change))
    if kind.title in change.diff:
        learn_words(kind, [change.record])
    change.record.audit_id = row.pk
    return row.pk


def refuse_values(kind: Entity, values: Mapping[str, Any], actor: Actor) -> None:
    """Refuse what the actor's roles do not let them set, whoever cleaned it."""
    refuse_fields(kind, values, actor=actor)
    refuse_type(kind, values.get(TYPE), actor=actor)


@transaction.atomic
def create_record(entity: str | Entity, *, actor: Actor, values: Mapping[str, Any]) -> Any:
    """Make a record. Its owner is the actor unless values say otherwise."""
    kind = whole(entity)
    if not may_add(kind, actor):
        raise denied()
    refuse_values(kind, values, actor)
    record = new_record(kind, actor)
    full = fill_defaults(kind, values, actor)
    for name, value in full.items():
        put(kind, record, name, value)
    if kind.prepare_function:
        kind.prepare_function(record, set(full), actor)
    check_unique(kind, record)
    number(kind, [record])
    change = Change(record, None, first_changes(kind, record))
    with told_apart(kind), derived(kind, [change]):
        record.save(force_insert=True)
    _finish(kind, "created", change, actor)
    return record


def _lock(kind: Entity, pk: UUID | str, actor: Actor, action: str) -> Any:
    """The record, authorised and locked until the transaction ends."""
    record = get_record_for(actor, kind, pk, action)
    locked = kind.records().select_for_update().filter(pk=record.pk).first()
    if locked is None:
        raise NotFound()
    return locked


@transaction.atomic
def update_record(
    entity: str | Entity, pk: UUID | str, *, actor: Actor, values: Mapping[str, Any], version: int | None = None
) -> Any:
    """Change a record; nothing is written when nothing differs.

    With `version` (what the writer had seen) a newer record raises Conflict, which carries it.
    """
    kind = whole(entity)
    refuse_values(kind, values, actor)
    record = _lock(kind, pk, actor, "change")
    if version is not None and record.version != version:
        raise Conflict(record)
    before = snapshot(kind, record)
    _assign(kind, record, values, actor)
    diff = changes_between(kind, before, snapshot(kind, record))
    if not diff:
        return record
    check_unique(kind, record)
    record.version += 1
    change = Change(record, before, diff)
    with told_apart(kind), derived(kind, [change]):
        record.save(force_update=True)
    _finish(kind, "changed", change, actor)
    return record


def _assign(kind: Entity, record: Any, values: Mapping[str, Any], actor: Actor) -> None:
    changed = set()
    for name, value in values.items():
        column = kind.field(name).column
        if getattr(record, column) != getattr(value, "pk", value):
            changed.add(name)
            put(kind, record, name, value)
    if changed and kind.prepare_function:
        kind.prepare_function(record, changed, actor)


@transaction.atomic
def delete_record(entity: str | Entity, pk: UUID | str, *, actor: Actor, version: int | None = None) -> Any:
    """Put a record away; `restore_record` brings it back as it was."""
    kind = whole(entity)
    record = _lock(kind, pk, actor, "delete")
    if version is not None and record.version != version:
        raise Conflict(record)
    kind.refuse_deletion([record], actor)
    require_loose(kind, record.pk)
    batch = uuid7()
    together = let_go(kind, [record.pk], actor=actor, batch=batch)
    _set_deleted(kind, record, timezone.now(), actor, "deleted", batch if together else None)
    if together:
        record.audit_id = batch
    return record


def _set_deleted(kind: Entity, record: Any, at: Any, actor: Actor, verb: str, batch: UUID | None = None) -> None:
    record.deleted_at, record.version = at, record.version + 1
    change = Change(record, snapshot(kind, record), {})
    with derived(kind, [change]):
        record.save(force_update=True, update_fields=["deleted_at", "version", "updated_at", "extra"])
    _finish(kind, verb, change, actor, batch)


@transaction.atomic
def restore_record(entity: str | Entity, pk: UUID | str, *, actor: Actor) -> Any:
    """Bring a deleted record back."""
    require_open()
    kind = whole(entity)
    deleted = (
        kind.records(everything=True).select_for_update(of=("self",)).filter(visible(kind, actor, "delete"), pk=pk)
    )
    record = deleted.filter(deleted_at__isnull=False).first()
    if record is None:
        raise NotFound()
    check_unique(kind, record)
    _set_deleted(kind, record, None, actor, "restored")
    return record


@transaction.atomic
def bulk_update(
    entity: str | Entity, ids: Iterable[Any], *, actor: Actor, values: Mapping[str, Any], batch: UUID | None = None
) -> Outcome:
    """Give many records the same values. `ids` may be a queryset of records. Refused: not the actor's to change.

    `batch` joins the parts of one large act, so that one undo takes them all back.
    """
    require_open()
    kind = whole(entity)
    refuse_values(kind, values, actor)
    wanted = _ids(ids)
    outcome = Outcome(batch=batch or uuid7())
    allowed = kind.records().filter(visible(kind, actor, "change"), pk__in=wanted)
    records = list(allowed.select_for_update(of=("self",)).order_by("pk"))
    outcome.refused = len(wanted) - len(records)
    changes = []
    for record in records:
        before = snapshot(kind, record)
        _assign(kind, record, values, actor)
        if diff := changes_between(kind, before, snapshot(kind, record)):
            changes.append(Change(record, before, diff))
    require_free(kind, [change.record for change in changes])
    with told_apart(kind):
        save_changed(kind, changes)
    _finish_many(kind, "changed", changes, actor, outcome.batch)
    outcome.changed, outcome.unchanged = len(changes), len(records) - len(changes)
    return outcome


def _ids(ids: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(getattr(item, "pk", item) for item in ids))


def _finish_many(kind: Entity, verb: str, changes: list[Change], actor: Actor, batch: UUID) -> None:
    follow_up(kind, verb, changes, actor)
    audit.record_changes(kind, ((verb, c.record, c.diff) for c in changes), actor=actor, batch=batch)
    learn_words(kind, (change.record for change in changes if kind.title in change.diff))
    publish_all([event for change in changes for event in _events(kind, verb, change)])


@transaction.atomic
def bulk_delete(entity: str | Entity, ids: Iterable[Any], *, actor: Actor, batch: UUID | None = None) -> Outcome:
    """Put many records away. `batch` joins the parts of one large act, so that one undo brings them all back."""
    require_open()
    kind = whole(entity)
    wanted = _ids(ids)
    outcome = Outcome(batch=batch or uuid7())
    allowed = kind.records().filter(visible(kind, actor, "delete"), pk__in=wanted)
    records = list(allowed.select_for_update(of=("self",)).order_by("pk"))
    kind.refuse_deletion(records, actor)
    held = held_fast(kind, [record.pk for record in records])
    records = [record for record in records if record.pk not in held]
    let_go(kind, [record.pk for record in records], actor=actor, batch=outcome.batch)
    _toggle_many(kind, records, actor, "deleted", outcome)
    outcome.refused = len(wanted) - len(records)
    return outcome


def _toggle_many(kind: Entity, records: list[Any], actor: Actor, verb: str, outcome: Outcome) -> None:
    at = timezone.now() if verb == "deleted" else None
    changes = []
    for record in records:
        record.deleted_at = at
        changes.append(Change(record, snapshot(kind, record), {}))
    save_changed(kind, changes)
    _finish_many(kind, verb, changes, actor, outcome.batch)
    outcome.changed += len(changes)


@transaction.atomic
def undo_batch(batch: UUID | str, *, actor: Actor) -> Outcome:
    """Take back an act: an audit row's id, or the batch of a bulk act.

    What somebody changed since, or what the actor may not change, is left as it is and counted as refused.
    """
    require_open()
    identifier = batch if isinstance(batch, UUID) else UUID(str(batch))
    entries = list(AuditEntry.objects.filter(Q(batch=identifier) | Q(pk=identifier)).order_by("id"))
    if not entries:
        raise NotFound()
    outcome = Outcome()
    _undo_entries(entries, actor, outcome)
    if outcome.changed:
        _tell_undone(entries, identifier, outcome.changed, actor)
    return outcome


def _tell_undone(entries: list[AuditEntry], batch: UUID, rows: int, actor: Actor) -> None:
    told = {"batch": [None, str(batch)], "rows": [None, rows]}
    audit.record_act("undone", actor=actor, entity=entries[0].entity, changes=told)


def size_of_batch(batch: UUID) -> int:
    """How many changes one act made."""
    return AuditEntry.objects.filter(batch=batch).count()


@transaction.atomic
def undo_part(
    batch: UUID, *, actor: Actor, after: UUID | None = None, most: int = 1_000, into: UUID | None = None
) -> tuple[Outcome, UUID | None]:
    """Take back a part of a large act, going on behind `after`; None instead of a place when all is done."""
    require_open()
    rows = AuditEntry.objects.filter(batch=batch).order_by("id")
    entries = list((rows.filter(pk__gt=after) if after else rows)[:most])
    outcome = Outcome(batch=into or uuid7())
    _undo_entries(entries, actor, outcome)
    if outcome.changed:
        _tell_undone(entries, batch, outcome.changed, actor)
    return outcome, entries[-1].pk if len(entries) == most else None


def _undo_entries(entries: list[AuditEntry], actor: Actor, outcome: Outcome) -> None:
    groups: dict[tuple[str, str], list[AuditEntry]] = {}
    for row in entries:
        groups.setdefault((row.entity, row.action), []).append(row)
    # Backwards: what hangs on a record goes before it, and comes back after it.
    for (name, verb), rows in reversed(list(groups.items())):
        try:
            kind = registry.entity(name)
        except UnknownName:  # an entity of the organization's own that was put away since
            outcome.refused += len(rows)
            continue
        _undo_group(kind, verb, rows, actor, outcome)


_OPPOSITE = {"created": "deleted", "restored": "deleted", "deleted": "restored"}


def _undo_group(kind: Entity, verb: str, rows: list[AuditEntry], actor: Actor, outcome: Outcome) -> None:
    action = "change" if verb == "changed" else "delete"
    ids = [row.record_id for row in rows]
    found = (
        kind.records(everything=True)
        .filter(visible(kind, actor, action), pk__in=ids)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    records = {record.pk: record for record in found}
    if verb == "changed":
        changes = [c for row in rows if (c := _reverted(kind, records.get(row.record_id), row, actor))]
        free = {record.pk for record in only_free(kind, [c.record for c in changes])}
        changes = [c for c in changes if c.record.pk in free]
        save_changed(kind, changes)
        _finish_many(kind, "changed", changes, actor, outcome.batch)
        done = len(changes)
    else:
        opposite = _OPPOSITE.get(verb)
        if opposite is None:
            raise NotFound()
        due = [r for r in records.values() if (r.deleted_at is None) == (opposite == "deleted")]
        due = only_free(kind, due) if opposite == "restored" else due
        _toggle_many(kind, due, actor, opposite, outcome)
        outcome.changed -= len(due)
        done = len(due)
    outcome.changed += done
    outcome.refused += len(rows) - done


def _reverted(kind: Entity, record: Any, row: AuditEntry, actor: Actor) -> Change | None:
    """The record with the row's old values back, or None when it has moved on since or the actor may not do that."""
    if record is None or record.deleted_at is not None:
        return None
    try:
        refuse_fields(kind, row.changes, actor=actor)
    except Invalid:
        return None
    before = snapshot(kind, record)
    for name, (_, new) in row.changes.items():
        if name not in before or audit.plain(before[name]) != new:
            return None
    try:
        _put_back(kind, record, row)
    except (ValueError, ArithmeticError, TypeError):
        return None  # a field of the organization's own that has become one of another kind since
    if kind.prepare_function:
        try:
            kind.prepare_function(record, set(row.changes), actor)
        except (Denied, Invalid):
            return None
        # What `prepare` derives was derived then too: the old values hold.
        _put_back(kind, record, row)
    return Change(record, before, changes_between(kind, before, snapshot(kind, record)))


def _put_back(kind: Entity, record: Any, row: AuditEntry) -> None:
    for name, (old, _) in row.changes.items():
        field = kind.field(name)
        if field.in_extra:
            custom.write(field, record, custom.decode(field, old))
            continue
        if not field.stored:
            setattr(record, field.column, UUID(str(old)) if old else None)
            continue
        column: Any = kind.model_class._meta.get_field(field.name)
        setattr(record, field.column, blank(kind, field) if old is None else column.to_python(old))
