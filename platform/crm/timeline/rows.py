"""Rows of a source, newest first, found by what they belong to and not by walking all that is new."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from crm.pages.labels import Labels
from crm.timeline.book import Mark, bound
from kernel.access import Actor


def newest(rows: QuerySet[Any], source: str, before: Mark | None, limit: int) -> list[Any]:
    """The newest below a mark. The order is an expression on purpose: by the bare id the planner may walk the whole
    table from its end in search of rows of one record, instead of sorting the few that an index finds."""
    start = bound(source, before)
    below = rows if start is None else rows.filter(pk__lt=start)
    return list(below.order_by(Coalesce("pk", "pk").desc())[:limit])


def makers(rows: Iterable[Any], actor: Actor) -> Labels:
    """The names of those who made these rows."""
    return Labels(actor).learn({"user": {row.created_by_id for row in rows if row.created_by_id}})
