"""Records for calculating: only the columns that it needs, without the cost of model instances.

Measured on deals with three formulas: instances took half of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from kernel import custom
from kernel.derived.plans import Plans
from kernel.registry import Entity, Field


class Row:
    """Looks like a record to whoever reads its columns and `extra`."""

    kind: Entity
    pk: Any
    extra: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        field = self.kind.own_fields.get(name)
        if field is None:
            raise AttributeError(name)
        return custom.decode(field, self.extra.get(field.name))


def light(kind: Entity, rows: QuerySet[Any], columns: Iterable[str]) -> list[Any]:
    names = tuple(dict.fromkeys(("pk", "extra", *columns)))
    found = []
    for values in rows.values_list(*names):
        row = Row()
        row.__dict__.update(zip(names, values, strict=True))
        row.__dict__["id"], row.__dict__["kind"] = row.pk, kind
        found.append(row)
    return found


def columns_of(plans: Plans, kind: Entity) -> list[str]:
    """The columns that calculating a record and going on from it needs."""
    fields = [kind.field(path[0]) for c in plans.calculations.get(kind.name, ()) for path in c.program.paths]
    fields += [rollup.relation for rollup in plans.upward.get(kind.name, ())]
    return stored_columns(fields)


def stored_columns(fields: Iterable[Field]) -> list[str]:
    return list(dict.fromkeys(field.column for field in fields if not field.in_extra))
