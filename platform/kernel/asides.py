"""What hangs on records and is told as a field of theirs, such as tags: read for a whole page at once, set as a whole.

An engine says in `Entity.asides` how (`Field.reads`, `cleans`, `sets`); here nobody knows what it is that hangs there.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.module_loading import import_string

from kernel.access import Actor
from kernel.clean import Cleaned
from kernel.errors import Invalid, Problem
from kernel.records import create_record, update_record
from kernel.registry import Entity, Field

#: By record, what hangs there: (id, name) each.
Worn = Mapping[UUID, Sequence[tuple[UUID, str]]]
#: What a record is to wear, by the aside's name.
Values = Mapping[str, Any]


def asides_of(entity: Entity) -> dict[str, Field]:
    """Those that are read and set like a field of the record."""
    return {aside.name: aside for aside in entity.asides if aside.sets}


def read_asides(entity: Entity, names: Iterable[str], records: Sequence[Any], *, actor: Actor) -> dict[str, Worn]:
    """By name, of records that the actor was shown; one query for each name, none without records."""
    known, ids = asides_of(entity), [record.pk for record in records]
    return {name: import_string(known[name].reads)(entity, ids, actor) if ids else {} for name in names}


def take_asides(entity: Entity, raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was sent, as the record's own fields and what is to hang on it."""
    known = asides_of(entity)
    own = {name: value for name, value in raw.items() if name not in known}
    return own, {name: value for name, value in raw.items() if name in known}


def clean_asides(entity: Entity, raws: Sequence[Mapping[str, Any]], *, actor: Actor) -> list[Cleaned]:
    """Values and problems of each, in order; a fixed number of queries, none where nothing was sent."""
    cleaned: list[Cleaned] = [({}, {}) for _raw in raws]
    for name, aside in asides_of(entity).items():
        sent = [index for index, raw in enumerate(raws) if name in raw]
        found = import_string(aside.cleans)([raws[i][name] for i in sent], actor=actor) if sent else []
        for index, (value, problems) in zip(sent, found, strict=True):
            cleaned[index][1 if problems else 0][name] = problems or value
    return cleaned


def set_asides(
    entity: Entity, wishes: Mapping[UUID, Values], *, actor: Actor, batch: UUID | None = None
) -> dict[UUID, bool | dict[str, list[Problem]]]:
    """Whether each record changed, or what keeps it from being so; those with problems are left as they were."""
    told: dict[UUID, bool | dict[str, list[Problem]]] = {}
    for name, aside in asides_of(entity).items():
        due = {pk: values[name] for pk, values in wishes.items() if name in values}
        results = import_string(aside.sets)(entity, due, actor=actor, batch=batch) if due else {}
        for pk, result in results.items():
            before = told.get(pk, False)
            if isinstance(result, Problem):
                told[pk] = {**(before if isinstance(before, dict) else {}), name: [result]}
            elif not isinstance(before, dict):
                told[pk] = before or result
    return told


def _set_one(entity: Entity, record: Any, hanging: Values, actor: Actor) -> None:
    told = set_asides(entity, {record.pk: hanging}, actor=actor).get(record.pk)
    if isinstance(told, dict):
        raise Invalid(told)


@transaction.atomic
def create_with(entity: Entity, *, actor: Actor, values: Mapping[str, Any], hanging: Values) -> Any:
    """A new record and what hangs on it: both or neither."""
    record = create_record(entity, actor=actor, values=values)
    _set_one(entity, record, hanging, actor)
    return record


@transaction.atomic
def update_with(
    entity: Entity, pk: UUID, *, actor: Actor, values: Mapping[str, Any], hanging: Values, version: int | None = None
) -> Any:
    """A changed record and what hangs on it: both or neither. The record is locked meanwhile."""
    record = update_record(entity, pk, actor=actor, values=values, version=version)
    _set_one(entity, record, hanging, actor)
    return record
