"""What points at a record, and what becomes of it when that record is deleted.

A relation keeps pointing unless its definition says otherwise: whoever restores the record finds everything as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel import audit
from kernel.access import Actor, visible
from kernel.errors import Invalid, Problem
from kernel.events import publish_all
from kernel.registry import Entity, Field, registry
from kernel.values_text import shown
from kernel.write import Change, changes_between, follow_up, put, save_changed, snapshot


@dataclass(frozen=True)
class Pointing:
    """Records of `entity` that point here by `field`, and how many."""

    entity: Entity
    field: Field
    count: int


def relations_to(target: str) -> Iterator[tuple[Entity, Field]]:
    """Every relation by which other records point to records of this entity."""
    for entity in registry.entities:
        for field in entity.all_fields.values():
            if field.kind == "relation" and field.target == target:
                yield entity, field


def pointing_at(target: str, ids: Collection[UUID], *, actor: Actor) -> list[Pointing]:
    """How many records that the actor may see point to these; one query a relation."""
    found = []
    for entity, field in relations_to(target):
        if entity.pages and actor.may(entity.permission("view")):
            rows = entity.records().filter(visible(entity, actor), **{f"{field.column}__in": list(ids)})
            if count := rows.count():
                found.append(Pointing(entity, field, count))
    return found


def held_fast(kind: Entity, ids: Collection[UUID]) -> dict[UUID, Problem]:
    """Which of these must not be deleted because a relation refuses it, and why. Counts no names: the reader may not
    be allowed to see what points here, and is refused all the same."""
    refused: dict[UUID, Problem] = {}
    for entity, field in relations_to(kind.name):
        if field.on_delete != "refuse" or not ids:
            continue
        rows = entity.records().filter(**{f"{field.column}__in": list(ids)}).order_by()
        for pk, count in rows.annotate(at=field.source).values_list("at").annotate(n=Count("pk")):
            message = _("{count} × {entity} point to this by “{field}”. Point them elsewhere first.")
            said = format_lazy(message, count=shown(count), entity=entity.label_plural, field=field.label)
            refused.setdefault(pk, Problem("pointed_at", said))
    return refused


def require_loose(kind: Entity, pk: UUID) -> None:
    """Refuse the deletion of what a relation holds fast."""
    if problem := held_fast(kind, [pk]).get(pk):
        raise Invalid({"": [problem]}, problem.message)


def let_go(kind: Entity, ids: Collection[UUID], *, actor: Actor, batch: UUID) -> bool:
    """Empty the relations that say so, under `batch`, so that one undo brings both sides back. It is the
    organization's rule and no act of the person's: it asks nobody for permission to change those records."""
    done = False
    for entity, field in relations_to(kind.name):
        if field.on_delete == "clear" and ids:
            rows = entity.records().filter(**{f"{field.column}__in": list(ids)})
            done |= _empty(entity, field, list(rows.select_for_update(of=("self",)).order_by("pk")), actor, batch)
    return done


def _empty(entity: Entity, field: Field, records: Sequence[Any], actor: Actor, batch: UUID) -> bool:
    changes = []
    for record in records:
        before = snapshot(entity, record)
        put(entity, record, field.column, None)
        changes.append(Change(record, before, changes_between(entity, before, snapshot(entity, record))))
    save_changed(entity, changes)
    follow_up(entity, "changed", changes, actor)
    audit.record_changes(entity, (("changed", c.record, c.diff) for c in changes), actor=actor, batch=batch)
    name = f"{entity.engine}.{entity.name}_changed"
    publish_all([(name, {"id": str(c.record.pk), "entity": entity.name, "changes": c.diff}) for c in changes])
    return bool(changes)
