"""Files that are values of fields, on pages."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.customization.uploads import give_file, take_file
from crm.pages.links import actor_of
from frontend.views.access import signed_in
from kernel.errors import Invalid


@signed_in
@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    try:
        return JsonResponse(take_file(request.FILES.get("file"), actor=actor_of(request)))
    except Invalid as error:
        reasons = [str(p) for several in error.problems.values() for p in several]
        return JsonResponse({"detail": " ".join(reasons) or _("That did not work.")}, status=422)


@signed_in
@require_GET
def file(request: HttpRequest, entity: str, pk: UUID, name: str) -> FileResponse:
    return give_file(entity, pk, name, actor=actor_of(request))
