"""What points at a record: the first few of each kind, how many there are, and the way to all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.customization.links import other_end
from crm.pages.cells import cell
from crm.pages.labels import Labels, shows
from crm.pages.links import entity_url, record_url
from kernel import formats
from kernel.access import Actor, entity_for, may_add, visible
from kernel.pointing import pointing_at
from kernel.query import count, select
from kernel.registry import Entity, Field, Listed, registry

FIRST = 5


@dataclass(frozen=True)
class Item:
    pk: UUID
    title: str
    url: str
    #: Under the name, and at the end of the line (a sum or a date).
    words: Sequence[SafeString]
    end: SafeString
    #: Of a link: where it is changed and taken away; the title is that of the record on the other side.
    edit_url: str = ""
    remove_url: str = ""
    tier: str = ""


@dataclass(frozen=True)
class RelatedList:
    entity: Entity
    label: str
    items: Sequence[Item]
    count: int
    all_url: str
    add_url: str
    icon: str = ""
    link: bool = False


def lists_named(entity: Entity) -> dict[str, tuple[Entity, Listed]]:
    """What may be listed on this entity's pages, by the name of its block: "list:deal.account"."""
    return {
        f"list:{target.name}.{listed.field}": (target, listed)
        for target, listed in registry.lists_on(entity.name)
        if target.pages and not target.is_part
    }


def related_list(target: Entity, listed: Listed, record: Any, *, actor: Actor) -> RelatedList | None:
    """The list as the actor may see it, if they may; two queries, and one for names."""
    if not _sees(target, actor):
        return None
    seen = entity_for(actor, target.name)
    spec = next((one for one in seen.listed_by if one.field == listed.field), None)
    if not spec or not _stands_on(spec, record):
        return None
    if not target.ends:
        return _related_list(spec, seen, record.pk, actor)
    other = other_end(seen, spec.field)
    return _link_list(spec, seen, other, record.pk, actor) if other and _sees(_target(other), actor) else None


def list_label(target: Entity, listed: Listed) -> str:
    """What it is called: a link's list is called by the records on its other side."""
    other = other_end(target, listed.field) if target.ends else None
    return str(listed.label or (_target(other) if other else target).label_plural)


def _target(field: Field) -> Entity:
    return registry.entity(field.target)


def _stands_on(spec: Listed, record: Any) -> bool:
    return spec.when is None or getattr(record, spec.when[0], None) == spec.when[1]


def _sees(target: Entity, actor: Actor) -> bool:
    return actor.may(target.permission("view"))


def _pointing(spec: Listed, target: Entity, pk: UUID, actor: Actor) -> QuerySet[Any]:
    """Without the records that these relate to: only names are shown of them, which `Labels` reads."""
    rows = select(target, actor=actor).filter(**{target.field(spec.field).column: pk})
    return rows.select_related(None)


def _related_list(spec: Listed, target: Entity, pk: UUID, actor: Actor) -> RelatedList:
    rows = _pointing(spec, target, pk, actor)
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


def _link_list(spec: Listed, target: Entity, other: Field, pk: UUID, actor: Actor) -> RelatedList:
    """The records on the other side, with what the links themselves hold."""
    rows = _pointing(spec, target, pk, actor)
    first = list(rows[:FIRST])
    total = count(rows) if len(first) == FIRST else len(first)
    own = [f.name for f in target.own_fields.values() if f.name not in target.ends and f.in_list]
    fields = [target.field(n) for n in spec.columns or own if n not in target.ends and n != target.title]
    labels = Labels(actor).load(first, [other, *fields])
    shown = registry.entity(other.target)
    may = _changeable(target, [row.pk for row in first], actor)
    query = urlencode({spec.field: str(pk)})
    return RelatedList(
        target, str(spec.label or shown.label_plural),
        [_link(target, other, row, fields, labels, row.pk in may["change"], row.pk in may["delete"]) for row in first],
        total, entity_url(target, "list", query=query) if total > FIRST else "",
        entity_url(target, "create", query=query) if may_add(target, actor) else "", icon=shown.icon, link=True,
    )  # fmt: skip


def _changeable(target: Entity, ids: list[UUID], actor: Actor) -> dict[str, set[UUID]]:
    """Which of these the actor may change, and which delete."""
    found = {}
    for action in ("change", "delete"):
        rows = target.records().filter(visible(target, actor, action), pk__in=ids)
        found[action] = set(rows.values_list("pk", flat=True)) if ids else set()
    return found


def _link(
    target: Entity, other: Field, row: Any, fields: Sequence[Field], labels: Labels, may_change: bool, may_delete: bool
) -> Item:
    pk = getattr(row, other.column)
    name = labels.get(other.target, pk)
    gone = not name or labels.is_deleted(pk)
    title = _("%s (deleted)") % name if name and gone else name or _("not visible to you")
    words = [html for field in fields if (html := cell(field, row, labels))][:3]
    return Item(
        pk, title, "" if gone else record_url(other.target, pk), words, SafeString(""),
        entity_url(target, "edit", row.pk) if may_change else "",
        entity_url(target, "delete", row.pk) if may_delete else "", labels.tier(pk),
    )  # fmt: skip


def pointing_words(entity: Entity, pk: UUID, *, actor: Actor) -> str:
    """What still points to a record that was deleted just now; it is all back with an undo."""
    found = pointing_at(entity.name, [pk], actor=actor)
    if not found:
        return ""
    listed = formats.listed(f"{formats.num(one.count)} × {one.entity.label_plural}" for one in found)
    return " · " + _("still pointing to it: %s") % listed


def _item(target: Entity, row: Any, fields: Sequence[Any], labels: Labels) -> Item:
    drawn = [(field, cell(field, row, labels)) for field in fields]
    end = next((html for field, html in drawn if field.kind == "money" and html), SafeString(""))
    words = [html for field, html in drawn if html and field.kind != "money"][:2]
    url = entity_url(target, "detail", row.pk)
    return Item(row.pk, target.title_of(row), url, words, end, tier=row.tier if shows(target, "tier") else "")
