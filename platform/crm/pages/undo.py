"""Taking back what was done: an act, a bulk act, or the deletion of a saved view."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from crm.pages.bulk_job import start_bulk_undo
from crm.pages.bulk_plan import DIRECT
from crm.pages.links import actor_of
from crm.pages.views_store import restore_view
from kernel import formats
from kernel.records import Outcome, size_of_batch, undo_batch


def undo(request: HttpRequest, batch: UUID) -> HttpResponse:
    """At once, or where many thousand changes go back, as a job whose page then opens."""
    if size_of_batch(batch) > DIRECT:
        job = start_bulk_undo(batch, actor=actor_of(request))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("crm:work", args=[job.pk])
        return response
    return told(undone_words(undo_batch(batch, actor=actor_of(request))))


def undo_view(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    view = restore_view(audit_id, actor=actor_of(request))
    return told(_("The view “%s” is back") % view.name)


def undone_words(outcome: Outcome) -> str:
    if not outcome.changed:
        return _("Nothing was taken back: it has been changed again since")
    said = ngettext("%(n)s record is as it was", "%(n)s records are as they were", outcome.changed)
    words = said % {"n": formats.num(outcome.changed)}
    if outcome.refused:
        left = ngettext(
            "; %(n)s had been changed since and stays", "; %(n)s had been changed since and stay", outcome.refused
        )
        words += left % {"n": formats.num(outcome.refused)}
    return words


def told(message: str, *, undo: str = "", body: str = "") -> HttpResponse:
    """An act is done: say so in a toast, and let the page show the new state."""
    response = HttpResponse(body, status=200 if body else 204)
    trigger_client_event(response, "pv:changed", {})
    toast: dict[str, Any] = {"message": message, "undo": undo}
    return trigger_client_event(response, "toast", toast)
