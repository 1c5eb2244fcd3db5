"""Ways to reach somebody, in step with the columns that lists and filters read."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from crm.models import ContactPoint
from crm.models.choices import Place, PointKind
from crm.services.mirror import Whole, locked, parts_of, settle_primary, wholes_of, write_columns
from kernel.access import Actor, entity_for
from kernel.copying import insert_alike, insert_records
from kernel.ids import uuid7
from kernel.text.folding import fold
from kernel.write import Change

#: Which column of which record holds the primary value of a kind.
COLUMNS: Final[dict[str, dict[str, str]]] = {
    "account": {PointKind.PHONE: "phone", PointKind.EMAIL: "email", PointKind.WEBSITE: "website"},
    "contact": {PointKind.MOBILE: "mobile", PointKind.PHONE: "phone", PointKind.EMAIL: "email"},
}
#: Columns that say where a record is.
PLACE: Final[dict[str, tuple[str, ...]]] = {"account": ("city", "address"), "contact": ("city",)}


def readable(actor: Actor) -> Q:
    """From whom a role hides or masks a record's e-mail, it hides the further ones too."""
    condition = Q()
    for name, columns in COLUMNS.items():
        closed = [kind for kind, column in columns.items() if not reads(actor, name, column)]
        if closed:
            condition &= ~Q(**{f"{name}__isnull": False}, kind__in=closed)
    return condition


def readable_addresses(actor: Actor) -> Q:
    """Likewise: a place that a role hides on the record is not told by its addresses."""
    closed = [name for name in COLUMNS if not all(reads(actor, name, column) for column in PLACE[name])]
    return Q(*[Q(**{f"{name}__isnull": True}) for name in closed])


def reads(actor: Actor, entity: str, column: str) -> bool:
    field = entity_for(actor, entity).all_fields.get(column)
    return field is not None and not field.masked


def after_points(verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    """Ways to reach were written: one of each kind is primary, and its value stands in the record too."""
    wholes = wholes_of(changes)
    records = locked(wholes)
    fresh = {c.record.pk for c in changes if c.record.is_primary and (verb != "changed" or "is_primary" in c.diff)}
    found = parts_of(ContactPoint, wholes)
    values = {whole: _columns(whole, found.get(whole, []), fresh) for whole in records}
    primary = {row.pk: row.is_primary for rows in found.values() for row in rows}
    for change in changes:
        change.record.is_primary = primary.get(change.record.pk, change.record.is_primary)
    write_columns(values, records, actor=actor)


def _columns(whole: Whole, rows: Sequence[Any], fresh: set[UUID]) -> dict[str, str]:
    values: dict[str, str] = {}
    kinds = dict.fromkeys([*COLUMNS[whole[0]], *(row.kind for row in rows)])
    for kind in kinds:
        chosen = settle_primary([row for row in rows if row.kind == kind], fresh)
        if column := COLUMNS[whole[0]].get(kind):
            values[column] = chosen.value if chosen else ""
    return {**values, "more_text": _more(whole[0], rows)}


def _more(entity: str, rows: Sequence[Any]) -> str:
    """What the record's own search column does not hold."""
    held = COLUMNS[entity]
    return fold(" ".join(row.value for row in rows if not (row.is_primary and row.kind in held)))


def mirror_columns(entity: str, verb: str, changes: Sequence[Change], *, actor: Actor) -> None:
    """The record's own columns were written: its primary ways to reach follow."""
    if verb == "created":
        _copy_points(entity, [change.record for change in changes], actor)
    elif verb == "changed":
        written = [c for c in changes if c.diff.keys() & set(COLUMNS[entity].values())]
        if written:
            _follow(entity, written, actor)


def _copy_points(entity: str, records: Sequence[Any], actor: Actor) -> None:
    for kind, column in COLUMNS[entity].items():
        given = [(record.pk, value[:254]) for record in records if (value := getattr(record, column))]
        if given:
            pattern = _point(entity, records[0], kind, "", actor)
            rows = ((uuid7(), pk, value) for pk, value in given)
            insert_alike(ContactPoint, pattern, ("id", f"{entity}_id", "value"), rows)


def _point(entity: str, record: Any, kind: str, value: str, actor: Actor) -> ContactPoint:
    return ContactPoint(
        kind=kind, value=value[:254], is_primary=True, label=Place.WORK, created_by_id=actor.user_id,
        **{f"{entity}_id": record.pk},
    )  # fmt: skip


def _follow(entity: str, changes: Sequence[Change], actor: Actor) -> None:
    """A new value takes the place of the primary one; one that is known already becomes it; none takes it away."""
    found = parts_of(ContactPoint, {(entity, c.record.pk) for c in changes})
    made: list[ContactPoint] = []
    swapped: dict[Whole, dict[str, str]] = {}
    records: dict[Whole, Any] = {}
    for change in changes:
        whole = (entity, change.record.pk)
        rows = found.get(whole, [])
        for kind, column in COLUMNS[entity].items():
            if column in change.diff:
                made += _place(entity, change.record, kind, [r for r in rows if r.kind == kind], actor)
        more = _more(entity, rows)
        if more != change.record.more_text:
            swapped[whole], records[whole] = {"more_text": more}, change.record
    insert_records(ContactPoint, made)
    if swapped:
        write_columns(swapped, records, actor=actor)


def _place(entity: str, record: Any, kind: str, rows: Sequence[Any], actor: Actor) -> list[ContactPoint]:
    value = getattr(record, COLUMNS[entity][kind])
    primary = next((r for r in rows if r.is_primary), None)
    known = next((r for r in rows if r.value == value), None)
    objects = ContactPoint.objects
    if not value:
        if primary:
            primary.is_primary = False
            objects.filter(pk=primary.pk).update(deleted_at=record.updated_at, is_primary=False)
    elif known:
        _switch(primary, known)
    elif primary:
        primary.value = value
        objects.filter(pk=primary.pk).update(value=value[:254], version=primary.version + 1)
    else:
        return [_point(entity, record, kind, value, actor)]
    return []


def _switch(old: Any, new: Any) -> None:
    if old and old is not new:
        old.is_primary = False
        ContactPoint.objects.filter(pk=old.pk).update(is_primary=False)
    new.is_primary = True
    ContactPoint.objects.filter(pk=new.pk).update(is_primary=True)
