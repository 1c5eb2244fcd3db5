"""Another kind for a field: first what would become of its values, then the change itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.customization import kinds, services
from crm.customization.converting import can_become, convert_field, preview_conversion
from crm.customization.services import MANAGE
from crm.customization.views.calculated import entity_or_404
from crm.pages.links import actor_of
from frontend.views.access import permission
from kernel.errors import Invalid, NotFound


@permission(MANAGE)
@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, entity: str, pk: UUID) -> HttpResponse:
    kind, actor = entity_or_404(entity), actor_of(request)
    field = services.get_field(pk, actor=actor)
    given = request.POST if request.method == "POST" else request.GET
    chosen = kinds.BY_KEY.get(given.get("kind", ""))
    if field.entity != entity or chosen is None or chosen.key not in can_become(field):
        raise NotFound()
    context: dict[str, Any] = {
        "entity": kind, "field": field, "kind": chosen, "now": services.kind_of(field),
        "label": services.registry_field(field).label,
    }  # fmt: skip
    try:
        if request.method == "POST":
            agreed = int(given["lose"]) if given.get("lose", "").isdigit() else 0
            convert_field(pk, chosen.key, actor=actor, lose=agreed)
            messages.success(request, _("The values are being converted; the field is back when that is done."))
            return redirect("crm:fields", entity=entity)
        context["preview"] = preview_conversion(pk, chosen.key, actor=actor)
    except Invalid as error:
        context["problem"] = " ".join(str(p) for several in error.problems.values() for p in several)
        if request.method == "POST" and "lose" in error.problems:
            context["preview"] = preview_conversion(pk, chosen.key, actor=actor)
    return render(request, "crm/customization/convert.html", context, status=422 if "problem" in context else 200)
