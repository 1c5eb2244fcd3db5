"""Relationships that were made, by the indexes of either end's column."""

from typing import Final

from django.utils.translation import gettext as _

from crm.models import Relationship
from crm.panels import Frame
from crm.panels.ties import ties_at
from crm.selectors.ties import seen_from, ties_among
from crm.timeline.book import RELATED, Entry, Mark, Source, mark_of
from crm.timeline.rows import makers, newest
from kernel.registry import registry

NAME: Final = "ties"


def read(frame: Frame, before: Mark | None, limit: int) -> list[Entry]:
    if not frame.actor.may(registry.entity("relationship").permission("view")):
        return []
    rows = ties_at(frame)[:limit] if before is None else _below(frame, before, limit)
    labels = makers(rows, frame.actor)
    entries = []
    for row in rows:
        tie = seen_from(frame.entity.name, frame.record.pk, row)
        entries.append(Entry(
            mark_of(NAME, row.pk), row.created_at, "network", _("Relationship"), labels.get("user", row.created_by_id),
            about=tie.other.name, url=tie.url, detail=tie.word,
        ))  # fmt: skip
    return entries


def _below(frame: Frame, before: Mark, limit: int) -> list[Relationship]:
    return newest(ties_among(frame.entity.name, [frame.record.pk], actor=frame.actor), NAME, before, limit)


source = Source(NAME, RELATED, read, frozenset({"account", "contact"}))
