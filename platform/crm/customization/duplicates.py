"""Records that share a value which only one may have."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from crm.customization.fields import fields_of
from crm.models import CustomField
from kernel.registry import registry

SHOWN = 20


@dataclass(frozen=True)
class Duplicates:
    """`groups` are the first values with their records; `count` is how many such values there are."""

    count: int
    groups: tuple[tuple[Any, tuple[Any, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.count)


def duplicates_of(definition: CustomField) -> Duplicates:
    """Of every record: whoever may make a value unique must learn what stands against it."""
    (field, *_rest) = fields_of(definition)
    entity = registry.entity(definition.entity)
    rows = entity.records().annotate(shared=field.expression).exclude(shared=None)
    groups = rows.order_by().values("shared").annotate(n=Count("pk")).filter(n__gt=1)
    values = [row["shared"] for row in groups.order_by("-n", "shared")[:SHOWN]]
    if not values:
        return Duplicates(0, ())
    held: dict[Any, list[Any]] = {value: [] for value in values}
    for record in rows.filter(shared__in=values).order_by("created_at")[: SHOWN * SHOWN]:
        held[record.shared].append(record)
    return Duplicates(groups.count(), tuple((value, tuple(records)) for value, records in held.items()))
