"""Tags of records: of one, of a page of them, and as a filter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.models import Tagging
from kernel.access import Actor, records_visible_to, visible_on_shown
from kernel.registry import Entity


@dataclass(frozen=True)
class Worn:
    """A tag as a record wears it."""

    pk: UUID
    name: str
    colour: str


def _live() -> QuerySet[Any]:
    return Tagging.objects.filter(tag__deleted_at__isnull=True)


def tags_by_record(kind: Entity, ids: Iterable[UUID], *, actor: Actor) -> Mapping[UUID, Sequence[Worn]]:
    """The tags that this actor may see on records that they were shown already, by their names; one query."""
    rows = Tagging.objects.filter(
        visible_on_shown("tagging", actor), entity=kind.name, record_id__in=list(ids),
        tag__in=records_visible_to(actor, "tag"),
    )  # fmt: skip
    found: dict[UUID, list[Worn]] = {}
    names = ("record_id", "tag_id", "tag__name", "tag__colour")
    for record, pk, name, colour in rows.order_by("tag__name").values_list(*names):
        found.setdefault(record, []).append(Worn(pk, name, colour))
    return found


def told(kind: Entity, ids: Iterable[UUID], actor: Actor) -> Mapping[UUID, Sequence[tuple[UUID, str]]]:
    """The same as a field of the record's: ids and names."""
    worn = tags_by_record(kind, ids, actor=actor)
    return {record: [(tag.pk, tag.name) for tag in tags] for record, tags in worn.items()}


def condition(kind: Entity, op: str, values: Sequence[Any]) -> Q:
    """`tags=<id>`, `tags__ne=<id>`, `tags__empty=1`."""
    mine = _live().filter(entity=kind.name)
    if op == "in":
        return Q(pk__in=mine.filter(tag_id__in=values).values("record_id"))
    if op == "empty":
        any_tag = Q(Exists(mine.filter(record_id=OuterRef("pk"))))
        return ~any_tag if values[0] else any_tag
    return ~Q(Exists(mine.filter(record_id=OuterRef("pk"), tag_id__in=values)))
