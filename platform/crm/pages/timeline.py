"""The rail of a record's page: the field for a note, and the stream of what happened."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from crm.models.hanging import NOTE_LETTERS
from crm.pages.frames import seen_record
from crm.pages.links import entity_url, wants
from crm.panels import Frame
from crm.timeline import Mark, read_timeline, sorts_for
from crm.timeline.notes import may_note, pinned_notes
from kernel.access import require


def rail_of(frame: Frame, *, sort: str = "", before: Mark | None = None) -> dict[str, Any]:
    """What the rail's templates show. A sort that is none of this record's shows everything."""
    sorts = sorts_for(frame)
    chosen = next((one for one in sorts if one.name == sort), None)
    stream = read_timeline(frame, sort=chosen.name if chosen else "", before=before)
    top = before is None and (chosen is None or chosen.name == "notes")
    return {
        "stream": stream, "sorts": sorts, "chosen": chosen, "rail_url": f"{frame.place}timeline/",
        "pinned": pinned_notes(frame) if top else [], "may_note": may_note(frame),
        "notes_url": f"{frame.place}notes/", "most_letters": NOTE_LETTERS,
    }  # fmt: skip


def timeline(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """The whole rail, or its next lines; without htmx, a page of its own."""
    frame = seen_record(request, entity, pk)
    require(frame.actor, frame.entity.permission("view"))
    before = Mark.read(request.GET.get("before", "")[:200])
    context = rail_of(frame, sort=request.GET.get("sort", ""), before=before)
    if not request.headers.get("HX-Request"):
        back, title = entity_url(frame.entity, "detail", pk), frame.entity.title_of(frame.record)
        return _vary(render(request, "crm/timeline/page.html", {**context, "back": back, "title": title}))
    template = "rail" if wants(request, "rail") else "lines"
    return _vary(render(request, f"crm/timeline/{template}.html", context))


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
