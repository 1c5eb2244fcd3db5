"""Writing notes: from the field above the timeline, and in place."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from crm.models.hanging import NOTE_LETTERS
from crm.pages.frames import seen_record
from crm.pages.links import actor_of
from crm.pages.undo import told
from kernel.access import get_record_for
from kernel.clean import clean_values
from kernel.errors import Invalid
from kernel.records import create_record, update_record


def add_note(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """Kept at once; what is refused stays in the field with the reason below it."""
    frame = seen_record(request, entity, pk)
    text, pinned = request.POST.get("text", ""), "pinned" in request.POST
    context: dict[str, Any] = {"notes_url": request.path, "most_letters": NOTE_LETTERS}
    try:
        given = {"text": text, "pinned": pinned, "entity": frame.entity.name, "record_id": str(pk)}
        note = create_record("note", actor=frame.actor, values=clean_values("note", given, actor=frame.actor))
    except Invalid as error:
        context |= {"typed": text, "typed_pinned": pinned, "error": said(error)}
        return render(request, "crm/timeline/note_form.html", context, status=422)
    body = render_to_string("crm/timeline/note_form.html", {**context, "fresh": True}, request)
    return told(_("The note was added"), undo=f"/undo/{note.audit_id}/", body=body)


def edit_note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET puts the note's words into a field where they stand; POST keeps them."""
    actor = actor_of(request)
    note = get_record_for(actor, "note", pk, "change")
    context: dict[str, Any] = {"note": note, "typed": note.text, "most_letters": NOTE_LETTERS}
    if request.method != "POST":
        return render(request, "crm/timeline/note_edit.html", context)
    typed = request.POST.get("text", "")
    try:
        values = clean_values("note", {"text": typed}, actor=actor, partial=True, record=note)
        note = update_record("note", pk, actor=actor, values=values)
    except Invalid as error:
        return render(
            request, "crm/timeline/note_edit.html", {**context, "typed": typed, "error": said(error)}, status=422
        )
    audit = getattr(note, "audit_id", None)
    return told(_("Saved"), undo=f"/undo/{audit}/" if audit else "")


def pin_note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the top of the timeline, or back into it."""
    actor = actor_of(request)
    note = get_record_for(actor, "note", pk, "change")
    note = update_record("note", pk, actor=actor, values={"pinned": not note.pinned})
    words = _("The note stands on top now") if note.pinned else _("The note is back in its place")
    return told(words, undo=f"/undo/{note.audit_id}/")


def said(error: Invalid) -> str:
    return " ".join(str(problem) for several in error.problems.values() for problem in several)
