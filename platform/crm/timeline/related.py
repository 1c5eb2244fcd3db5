"""Records that were made and point here, of every entity that is listed on this page; by the index of that relation."""

from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.pages.links import entity_url
from crm.panels import Frame
from crm.timeline.book import RELATED, Entry, Mark, Source, mark_of, sources_for
from crm.timeline.rows import makers, newest
from kernel.access import entity_for, records_visible_to
from kernel.registry import Entity, registry

NAME: Final = "related"


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    found: list[tuple[Entity, Any]] = []
    for kind, condition in _pointing(frame):
        rows = records_visible_to(frame.actor, kind).filter(condition)
        found += [(kind, row) for row in newest(rows, NAME, before, limit)]
    found.sort(key=lambda one: one[1].pk, reverse=True)
    found = found[:limit]
    labels = makers([row for _kind, row in found], frame.actor)
    return [_entry(kind, row, labels.get("user", row.created_by_id)) for kind, row in found]


def _pointing(frame: Frame) -> list[tuple[Entity, Q]]:
    """Entities whose records point here by a relation that the actor may read, with the condition for those."""
    covered = {name for source in sources_for(frame) for name in source.covers}
    found: dict[str, tuple[Entity, Q]] = {}
    for target, listed in registry.lists_on(frame.entity.name):
        told = target.name in covered or target.is_part or target.ends or not target.pages
        if told or not frame.actor.may(target.permission("view")):
            continue
        seen = entity_for(frame.actor, target.name)
        if not any(one.field == listed.field for one in seen.listed_by):
            continue
        points = Q(**{seen.field(listed.field).column: frame.record.pk})
        kept = found.get(target.name)
        found[target.name] = (seen, kept[1] | points if kept else points)
    return list(found.values())


def _entry(kind: Entity, row: Any, who: str) -> Entry:
    return Entry(
        mark_of(NAME, row.pk), row.created_at, kind.icon, _("%s added") % kind.label, who,
        about=kind.title_of(row), url=entity_url(kind, "detail", row.pk),
    )  # fmt: skip


source = Source(NAME, RELATED, read)
