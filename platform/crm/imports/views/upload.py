"""Step 1: the file."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.imports import services
from crm.imports.views.common import actor_of, entities_of, steps
from frontend.views.access import signed_in
from kernel.errors import Invalid


@require_http_methods(["GET", "POST"])
@signed_in
def import_new(request: HttpRequest) -> HttpResponse:
    entities = entities_of(request)
    chosen = request.POST.get("entity") or request.GET.get("entity") or entities[0].name
    errors: dict[str, str] = {}
    if request.method == "POST":
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            errors["file"] = _("Choose a file first.")
        else:
            try:
                run = services.upload(
                    actor=actor_of(request), entity=chosen, filename=file.name or "", chunks=file.chunks()
                )
            except Invalid as error:
                errors = {name: str(problems[0]) for name, problems in error.problems.items()}
            else:
                return redirect("crm:import_mapping", pk=run.pk)
    context = {
        "entities": entities, "chosen": chosen, "errors": errors, "steps": steps(), "step": 1,
        "options": [(entity.name, entity.label_plural) for entity in entities],
        "most": settings.IMPORT_MAX_BYTES,
    }  # fmt: skip
    return render(request, "crm/imports/new.html", context, status=422 if errors else 200)
