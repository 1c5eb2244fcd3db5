"""The record before and the record after, in the list from which one came."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from crm.pages.links import entity_url
from crm.pages.state import from_query
from crm.pages.table import arrange, records_of
from kernel.access import Actor
from kernel.query import cursors_of, page
from kernel.query.walking import page_in_time
from kernel.registry import Entity


@dataclass(frozen=True)
class Neighbours:
    back: str
    previous: str
    next: str


def neighbours_of(entity: Entity, record: Any, listed: str, *, actor: Actor) -> Neighbours:
    """Addresses of the list and of both neighbours; one query each way."""
    state = replace(from_query(entity, listed), cursor="")
    back = entity_url(entity, "list", query=listed)
    if not listed:
        return Neighbours(back, "", "")
    setting = arrange(entity, state, actor=actor)
    queryset, state, _told = records_of(setting)
    before, after = cursors_of(record, entity, sort=state.sort or None)
    read = page_in_time if setting.narrowed else page
    found = [read(queryset, entity, sort=state.sort or None, size=1, cursor=cursor).rows for cursor in (before, after)]
    query = urlencode({"list": listed})
    urls = [entity_url(entity, "detail", rows[0].pk, query=query) if rows else "" for rows in found]
    return Neighbours(back, urls[0], urls[1])
