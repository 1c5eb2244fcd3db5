"""Files in and out, as the record page sends and shows them."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.pages.links import actor_of
from crm.pages.undo import told
from crm.panels.acting import any_record, frame_of
from crm.services.files import Upload, attach_file, give_file, set_picture
from kernel import formats
from kernel.errors import Invalid

_MOST_AT_ONCE = 20


def upload_files(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    frame = any_record(request, entity, pk)
    kept, said = [], []
    for upload in _given(request)[:_MOST_AT_ONCE]:
        try:
            kept.append(attach_file(frame.entity, pk, upload, actor=frame.actor))
        except Invalid as error:
            said += [f"{upload.name}: {p}" for several in error.problems.values() for p in several]
    if said:
        return _refused(request, said)
    if not kept:
        return HttpResponse(status=204)
    message = ngettext("%(n)s file was added", "%(n)s files were added", len(kept)) % {"n": formats.num(len(kept))}
    return told(message, undo=f"/undo/{kept[0].audit_id}/" if len(kept) == 1 else "")


def _given(request: HttpRequest) -> list[Upload]:
    return list(request.FILES.getlist("file"))


def change_picture(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    """A photo or logo; without a file the present one is taken away."""
    frame = frame_of(request, entity, pk)
    given = _given(request)
    try:
        record = set_picture(frame.entity, pk, given[0] if given else None, actor=frame.actor)
    except Invalid as error:
        return _refused(request, [str(p) for several in error.problems.values() for p in several])
    audit = getattr(record, "audit_id", None)
    said = _("The picture was changed") if given else _("The picture was removed")
    return told(said, undo=f"/undo/{audit}/" if audit else "")


def _refused(request: HttpRequest, lines: list[str]) -> HttpResponse:
    return render(request, "crm/panels/_refused.html", {"lines": lines}, status=422)


def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """A file of a record that the asker may see. `?show` lets pictures stand in a page; all else is a download."""
    return give_file(pk, actor=actor_of(request), show="show" in request.GET)
