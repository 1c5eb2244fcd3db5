"""What points at a record: the first few of each kind, how many there are, and the way to all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.safestring import SafeString

from crm.pages.labels import Labels, shows
from crm.pages.links import entity_url
from crm.pages.values import cell
from kernel.access import Actor, entity_for, may_add
from kernel.query import count, select
from kernel.registry import Entity, Listed, registry

FIRST = 5


@dataclass(frozen=True)
class Item:
    pk: UUID
    title: str
    url: str
    #: Under the name, and at the end of the line (a sum or a date).
    words: Sequence[SafeString]
    end: SafeString
    tier: str = ""


@dataclass(frozen=True)
class RelatedList:
    entity: Entity
    label: str
    items: Sequence[Item]
    count: int
    all_url: str
    add_url: str


def related_lists(entity: Entity, record: Any, *, actor: Actor) -> list[RelatedList]:
    """Lists the actor may see, of engines that are on; two queries each, and one for names."""
    lists = []
    for target, listed in registry.lists_on(entity.name):
        seen = entity_for(actor, target.name)
        spec = next((one for one in seen.listed_by if one.field == listed.field), None)
        if spec and _stands_on(spec, record) and target.pages and not target.is_part and _sees(target, actor):
            lists.append(_related_list(spec, seen, record.pk, actor))
    return lists


def _stands_on(spec: Listed, record: Any) -> bool:
    return spec.when is None or getattr(record, spec.when[0], None) == spec.when[1]


def _sees(target: Entity, actor: Actor) -> bool:
    return actor.may(target.permission("view"))


def _related_list(spec: Listed, target: Entity, pk: UUID, actor: Actor) -> RelatedList:
    rows = select(target, actor=actor).filter(**{target.field(spec.field).column: pk})
    first = list(rows[:FIRST])
    total = count(rows) if len(first) == FIRST else len(first)
    names = spec.columns or target.columns
    fields = [target.field(n) for n in names if n != target.title]
    labels = Labels(actor).load(first, fields)
    filtered = spec.field in {f.name for f in target.filter_fields}
    query = urlencode({spec.field: str(pk)})
    return RelatedList(
        target, str(spec.label or target.label_plural), [_item(target, row, fields, labels) for row in first], total,
        entity_url(target, "list", query=query) if filtered else "",
        entity_url(target, "create", query=query) if may_add(target, actor) else "",
    )  # fmt: skip


def _item(target: Entity, row: Any, fields: Sequence[Any], labels: Labels) -> Item:
    drawn = [(field, cell(field, row, labels)) for field in fields]
    end = next((html for field, html in drawn if field.kind == "money" and html), SafeString(""))
    words = [html for field, html in drawn if html and field.kind != "money"][:2]
    url = entity_url(target, "detail", row.pk)
    return Item(row.pk, target.title_of(row), url, words, end, row.tier if shows(target, "tier") else "")
