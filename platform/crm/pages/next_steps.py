"""Acts of the strip of next steps: putting one away and back, and taking a record over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm.pages.frames import seen_record
from crm.pages.undo import told
from crm.services.next_steps import bring_back, put_away, take_over


def put_step_away(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """`step` is put away for this person; with `back` it is proposed again."""
    frame = seen_record(request, entity, pk)
    step = request.POST.get("step", "") or request.GET.get("back", "")
    if "back" in request.GET:
        bring_back(frame.entity, pk, step, actor=frame.actor)
        return told(_("It is proposed again"))
    put_away(frame.entity, pk, step, actor=frame.actor)
    return told(_("Put away for 30 days"), undo=f"{request.path}?{urlencode({'back': step})}")


def take(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    frame = seen_record(request, entity, pk)
    audit = take_over(frame.entity, pk, actor=frame.actor)
    return told(_("You look after it now"), undo=f"/undo/{audit}/" if audit else "")
