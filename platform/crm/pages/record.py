"""The record page: who or what at a glance, its values edited in place, what hangs on it, its history."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from crm.next_steps import steps_for
from crm.pages.cells import cell
from crm.pages.explaining import may_know
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url, layout_of, wants
from crm.pages.neighbours import neighbours_of
from crm.pages.related import pointing_words
from crm.pages.timeline import rail_of
from crm.pages.undo import told
from crm.pages.values import is_ordinal
from crm.panels import Frame, draw_panels
from crm.panels.blocks import DETAILS, draw_blocks
from crm.services.opened import note_opened
from kernel.access import allows, get_record_for
from kernel.audit import record_opening
from kernel.errors import Invalid
from kernel.records import delete_record
from kernel.registry import Entity, Field, registry

_ICONS = {
    "phone": "phone", "email": "mail", "url": "globe", "date": "calendar", "datetime": "clock", "money": "coins",
    "percent": "percent", "choice": "tag",
}  # fmt: skip
_FIGURES = 5


def detail(request: HttpRequest, pk: UUID, *, entity: Entity) -> HttpResponse:
    actor = actor_of(request)
    record = get_record_for(actor, entity, pk)
    frame = Frame(actor, entity, record, allows(actor, entity, record, "change"))
    labels = Labels(actor).load([record], _named_fields(entity))
    context: dict[str, Any] = {
        **_head(frame, labels), **rail_of(frame), "here": request.get_full_path(),
        "sections": [] if DETAILS in entity.without_blocks else _sections(frame, labels), "blocks": draw_blocks(frame),
        "steps": steps_for(frame), "away_url": f"{frame.place}next/",
        "neighbours": neighbours_of(entity, record, request.GET.get("list", "")[:4000], actor=actor),
    }  # fmt: skip
    if wants(request, "record"):
        return _vary(render(request, "crm/record_body.html", context))
    record_opening(actor=actor, entity=entity, record=record)
    note_opened(actor=actor, entity=entity.name, pk=pk)
    return _vary(render(request, "crm/record.html", context))


def _named_fields(entity: Entity) -> Iterable[Field]:
    """Fields whose related records are named on this page."""
    if DETAILS not in entity.without_blocks:
        return entity.all_fields.values()
    return [entity.field(name) for name in {*entity.glance, *([entity.owner] if entity.has_owner else [])}]


def _head(frame: Frame, labels: Labels) -> dict[str, Any]:
    actor, entity, record = frame.actor, frame.entity, frame.record
    pk, owner_id = record.pk, getattr(record, f"{entity.owner}_id", None) if entity.has_owner else None
    return {
        "entity": entity, "layout": layout_of(entity),
        "record": record, "title": entity.title_of(record), "may_change": frame.may_change,
        "may_delete": allows(actor, entity, record, "delete"), "facts": _facts(entity, record, labels),
        "owner": labels.get("user", owner_id), "owner_id": owner_id, "figures": _figures(entity, record, labels),
        "head_panels": draw_panels(frame, "head"), "picture": _picture(frame),
        "edit_url": entity_url(entity, "edit", pk), "delete_url": entity_url(entity, "delete", pk),
        "shares_url": entity_url(entity, "shares", pk), "why_url": entity_url(entity, "why", pk),
    }  # fmt: skip


def _picture(frame: Frame) -> dict[str, Any] | None:
    """Photo or logo, and where another is sent; None for records that have none."""
    if not hasattr(frame.record, "picture_id"):
        return None
    shown = frame.record.picture_id
    return {"url": f"/files/{shown}/?show=1" if shown else "", "send": f"{frame.place}picture/"}


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response


def _facts(entity: Entity, record: Any, labels: Labels) -> list[tuple[str, Field, Any]]:
    """Key facts of the header with their icons; the owner stands apart."""
    names = [n for n in entity.glance if n != entity.owner]
    drawn = [(entity.field(n), cell(entity.field(n), record, labels, links=True)) for n in names]
    return [(_icon(field), field, html) for field, html in drawn if html and not field.numeric]


def _icon(field: Field) -> str:
    if field.kind == "relation":
        return registry.entity(field.target).icon
    return "map-pin" if field.name in {"city", "country", "address"} else _ICONS.get(field.kind, "info")


def _figures(entity: Entity, record: Any, labels: Labels) -> list[tuple[str, Any]]:
    """The numbers in one strip, or what the organization chose; none, no strip."""
    if entity.figures is None:
        fields = [f for f in entity.all_fields.values() if f.numeric and not is_ordinal(f)]
    else:
        fields = [entity.field(name) for name in entity.figures if name in entity.all_fields]
    drawn = [(str(f.label), cell(f, record, labels)) for f in fields]
    return [(label, html) for label, html in drawn if html][:_FIGURES]


def _sections(frame: Frame, labels: Labels) -> list[dict[str, Any]]:
    entity, record, may_change = frame.entity, frame.record, frame.may_change
    base = entity_url(entity, "detail", record.pk)
    sections = []
    for section in entity.sections:
        rows = []
        for name in section.fields:
            field = entity.field(name)
            html = cell(field, record, labels, links=True)
            editable = may_change and not field.readonly
            rows.append({
                "field": field, "html": html, "edit_url": f"{base}cell/{name}/?links" if editable else "",
                "linked": "<a " in html,
                "reveal_url": f"{base}reveal/{name}/" if field.revealable and html else "",
                "how_url": f"{base}how/{name}/" if field.derived and may_know(frame.actor, entity, field) else "",
            })  # fmt: skip
        sections.append({"label": section.label, "rows": rows})
    return sections


def delete(request: HttpRequest, pk: UUID, *, entity: Entity) -> HttpResponse:
    """Put the record away at once; the toast brings it back."""
    try:
        record = delete_record(entity, pk, actor=actor_of(request))
    except Invalid as error:  # something points to it that holds it fast
        messages.error(request, " ".join(str(p) for several in error.problems.values() for p in several))
        return _gone_to(request, entity_url(entity, "detail", pk))
    message = _("“%s” was deleted") % entity.title_of(record)
    if "stay" in request.POST:  # taken off a list on another record's page
        return told(message, undo=f"/undo/{record.audit_id}/")
    message += pointing_words(entity, pk, actor=actor_of(request))
    messages.success(request, message, extra_tags=f"undo:/undo/{record.audit_id}/")
    return _gone_to(request, entity_url(entity, "list"))


def _gone_to(request: HttpRequest, address: str) -> HttpResponse:
    htmx = request.headers.get("HX-Request") == "true"
    return HttpResponseClientRedirect(address) if htmx else HttpResponseRedirect(address)
