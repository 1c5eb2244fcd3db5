"""Showing one masked value to somebody who may ask for it; that they asked is written down."""

from typing import Any
from uuid import UUID

from django.db import transaction

from kernel import audit
from kernel.access import Actor, denied, entity_for, get_record_for
from kernel.errors import NotFound
from kernel.narrowing import whole
from kernel.registry import Entity, Field


@transaction.atomic
def reveal_value(entity: str | Entity, pk: UUID | str, name: str, *, actor: Actor) -> tuple[Field, Any, Any]:
    """(field, value, record) of a field that is masked for this actor. NotFound: there is nothing to reveal."""
    kind, seen = whole(entity), entity_for(actor, whole(entity).name)
    record = get_record_for(actor, kind, pk)
    field = seen.all_fields.get(name)
    if field is None or not field.masked:
        raise NotFound()
    if not field.revealable:
        raise denied()
    audit.record_reveal(actor=actor, entity=kind, record=record, field=name)
    clear = kind.field(name)
    return clear, getattr(record, clear.column), record
