"""The record that a part of its page is about, of any entity with pages."""

from uuid import UUID

from django.http import HttpRequest

from crm.pages.links import actor_of
from crm.panels import Frame
from kernel.access import allows, entity_for, get_record_for
from kernel.errors import NotFound
from kernel.registry import UnknownName


def seen_record(request: HttpRequest, entity: str, pk: UUID) -> Frame:
    """Fetched and authorised as its own page would, with the fields that this reader may know."""
    actor = actor_of(request)
    try:
        kind = entity_for(actor, entity)
    except UnknownName:
        raise NotFound() from None
    if not kind.pages:
        raise NotFound()
    record = get_record_for(actor, kind, pk)
    return Frame(actor, kind, record, allows(actor, kind, record, "change"))
