"""Settings › Your data: all of it as an archive, and a workspace back out of one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontend.progress import time_left
from frontend.views.access import permission
from kernel.access import Actor
from kernel.errors import Invalid, NotFound
from kernel.formats import num
from kernel.jobs import cancel_job
from kernel.models import Job
from kernel.registry import registry
from tenants.archive import services
from tenants.archive.manifest import Manifest
from tenants.archive.selectors import (
    EXPORT,
    EXPORT_JOB,
    RESTORE,
    RESTORE_JOB,
    Archive,
    archives_for,
    failed_restore,
    get_archive_for,
    get_restore_for,
    open_job,
    uploaded,
)
from tenants.archive.swapping import go_back, ways_back
from tenants.forms import Draft
from tenants.selectors import current_organization


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by identity's middleware; the views ask for it
    return actor


@permission(EXPORT)
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, error: str = "") -> HttpResponse:
    actor = _actor(request)
    exporting, restoring = open_job(EXPORT_JOB), open_job(RESTORE_JOB)
    context = {
        "archives": [archive for archive in archives_for(actor) if not archive.is_open],
        "exporting": _progress(exporting), "restoring": _progress(restoring), "error": error,
        "failed": failed_restore(),
        "may_restore": actor.may(RESTORE), "back": next(iter(ways_back()), None),
    }  # fmt: skip
    return render(request, "tenants/data/data.html", context, status=422 if error else 200)


@permission(EXPORT)
@require_POST
def data_export(request: HttpRequest) -> HttpResponse:
    services.start_export(actor=_actor(request))
    return redirect("tenants:data")


@permission(EXPORT)
@require_GET
def data_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor = _actor(request)
    archive = get_archive_for(actor, pk)
    if archive.path is None:
        raise NotFound(_("This archive is no longer here. Make a new one."))
    services.note_download(archive.job, actor=actor)
    return FileResponse(
        archive.path.open("rb"), as_attachment=True, filename=filename_of(archive), content_type="application/zip"
    )


def filename_of(archive: Archive) -> str:
    return f"{slugify(current_organization().subdomain)}-{archive.job.created_at:%Y-%m-%d}.zip"


def _job(request: HttpRequest, pk: UUID) -> Job:
    """An export or a restore, whichever it is, as far as one may see it."""
    actor = _actor(request)
    try:
        return get_archive_for(actor, pk).job
    except NotFound:
        return get_restore_for(actor, pk)


@permission(EXPORT)
@require_GET
def data_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked every second; tells the page to load anew when the job has ended."""
    job = _job(request, pk)
    response = render(request, "tenants/data/_progress.html", {"job": _progress(job)})
    if job.state not in (Job.State.WAITING, Job.State.RUNNING):
        response["HX-Redirect"] = reverse("tenants:data")
    return response


@permission(EXPORT)
@require_POST
def data_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = _actor(request)
    cancel_job(_job(request, pk).pk, actor=actor)
    return redirect("tenants:data")


@permission(RESTORE)
@require_POST
def data_upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _page(request, _("Choose a file first."))
    try:
        kept = services.keep_upload(actor=_actor(request), chunks=file.chunks())
    except Invalid as refused:
        return _page(request, " ".join(str(p) for found in refused.problems.values() for p in found))
    return redirect("tenants:data_restore", pk=kept)


@permission(RESTORE)
@require_http_methods(["GET", "POST"])
def data_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is in the archive; and by its name typed, in its place."""
    actor, draft = _actor(request), Draft({"typed": request.POST.get("typed", "")})
    ref = uploaded(actor, pk)
    try:
        if request.method == "POST":
            services.start_restore(actor=actor, archive=pk, typed=draft.values["typed"])
            return redirect("tenants:data")
    except Invalid as refused:
        draft.refused(refused)
    try:
        manifest = services.examine(ref, contents=False)
    except Invalid as refused:
        return _page(request, " ".join(str(p) for found in refused.problems.values() for p in found))
    context = {
        "manifest": manifest, "counts": counts_of(manifest), "organization": current_organization(), "draft": draft,
        "made": datetime.fromisoformat(manifest.created_at), "pk": pk,
    }  # fmt: skip
    return render(request, "tenants/data/restore.html", context, status=422 if draft.errors else 200)


@permission(RESTORE)
@require_POST
def data_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    services.discard_upload(actor=_actor(request), archive=pk)
    return redirect("tenants:data")


@permission(RESTORE)
@require_POST
def data_back(request: HttpRequest) -> HttpResponse:
    try:
        go_back(request.POST.get("to", ""), actor=_actor(request))
    except Invalid as refused:
        return _page(request, " ".join(str(p) for found in refused.problems.values() for p in found))
    messages.success(request, _("The workspace is as it was before the restore."))
    return redirect("tenants:data")


def counts_of(manifest: Manifest) -> list[tuple[Any, int]]:
    """How many of what people know by a name; the rest (history, settings, files) follows in one number each."""
    shown = [
        (entity.label_plural, manifest.rows_of(entity.model_class._meta.db_table))
        for entity in registry.entities
        if not entity.is_own and (entity.engine in registry.always_on() or entity.engine in manifest.parts)
    ]
    # One table keeps the organization's own entities: its rows tell of all of them together.
    if own := next((entity for entity in registry.entities if entity.is_own), None):
        shown.append((_("Your own objects"), manifest.rows_of(own.model_class._meta.db_table)))
    return [(label, count) for label, count in shown if count]


def _progress(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    kind = _("Restoring") if job.kind == RESTORE_JOB else _("Making the archive")
    progress = {"pk": job.pk, "kind": job.kind, "label": kind, "done": job.done, "total": job.total or 1}
    if job.state_data.get("phase") == "indexes":
        return progress | {"text": _("Checking…")}
    if not job.total:
        return progress | {"text": _("Getting ready…")}
    text = _("%(done)s of %(total)s rows") % {"done": num(job.done), "total": num(job.total)}
    left = time_left(job.started_at, job.done, job.total)
    return progress | {"text": f"{text} · {left}" if left else text}
