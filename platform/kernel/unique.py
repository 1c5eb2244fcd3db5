"""Values that no two records may share, among the organization's own fields.

A look before writing gives the kind answer; the unique index (crm.customization.indexes) holds when two write at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.errors import Invalid, Problem
from kernel.registry import Entity, Field

TAKEN = Problem("taken", _("Another record has this already."))
LINKED = Problem("linked", _("These two are linked already."))
UNIQUE = "unique"
Problems = dict[str, list[Problem]]


def index_name(entity: Entity, field: Field, purpose: str) -> str:
    """The name of the index that serves a field for this purpose; another kind of field is another index."""
    told = f"{entity.name}.{field.name}.{field.kind}.{purpose}"
    return f"cf_{entity.model_class._meta.db_table[:40]}_{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def unique_fields(entity: Entity) -> tuple[Field, ...]:
    return tuple(field for field in entity.own_fields.values() if field.unique)


def taken(entity: Entity, records: Sequence[Any]) -> dict[UUID, Problems]:
    """Which of these records (written or not) would share a value, with another or among themselves."""
    found: dict[UUID, Problems] = {}
    for name, column, problem in _alone(entity):
        holders: dict[Any, list[UUID]] = {}
        for record in records:
            if (value := getattr(record, column)) not in (None, ""):
                holders.setdefault(value, []).append(record.pk)
        if not holders:
            continue
        mine = [record.pk for record in records]
        others = entity.records().filter(**{f"{column}__in": list(holders)}).exclude(pk__in=mine)
        theirs = {getattr(other, column) for other in others}
        for value, pks in holders.items():
            # The first of several in one batch may have it.
            for pk in pks if value in theirs else pks[1:]:
                found.setdefault(pk, {})[name] = [problem]
    return found


def _alone(entity: Entity) -> Iterator[tuple[str, str, Problem]]:
    """What only one record may have: (where it is told, column, problem). Of a link it is both ends together."""
    for field in unique_fields(entity):
        yield field.name, field.column, TAKEN
    if entity.ends:
        yield "", "pair", LINKED


def require_free(entity: Entity, records: Sequence[Any]) -> None:
    """Raise Invalid, by field, where a value is taken."""
    for problems in taken(entity, records).values():
        raise Invalid(problems)


def only_free(entity: Entity, records: Iterable[Any]) -> list[Any]:
    """Those records that may be written."""
    listed = list(records)
    refused = taken(entity, listed)
    return [record for record in listed if record.pk not in refused]


def problems_of(entity: Entity, error: IntegrityError) -> Problems:
    """A broken unique index in words, at the field it stands for."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    for field in unique_fields(entity):
        if index_name(entity, field, UNIQUE) == name:
            return {field.name: [TAKEN]}
    return {"": [LINKED if entity.ends else TAKEN]}


@contextmanager
def told_apart(entity: Entity) -> Iterator[None]:
    """Somebody else may write the same value at this very moment: the index refuses, and this says so at the field."""
    if not unique_fields(entity) and not entity.ends:
        yield
        return
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Invalid(problems_of(entity, error)) from None
