"""Settings › Close the workspace: what happens then and when, and the way back while there is one."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontend.views.access import permission
from kernel.errors import Invalid
from tenants.forms import Draft
from tenants.selectors import current_organization
from tenants.services.closing import CLOSE, close_workspace, keep_workspace, may_keep


@permission(CLOSE)
@require_http_methods(["GET", "POST"])
def closing(request: Any) -> HttpResponse:
    draft = Draft({"typed": request.POST.get("typed", "")})
    if request.method == "POST":
        try:
            close_workspace(actor=request.actor, typed=draft.values["typed"])
        except Invalid as error:
            draft.refused(error)
        else:
            messages.success(request, _("The workspace is closed."))
            return HttpResponseRedirect(reverse("tenants:closing"))
    organization = current_organization()
    grace = timedelta(days=settings.ERASE_AFTER_DAYS["closed_by_admin"])
    context = {
        "organization": organization, "draft": draft, "may_keep": may_keep(organization),
        "would_erase": timezone.now() + grace, "is_closed": organization.meaning.enter != "all",
        "sentence": organization.sentence,
    }  # fmt: skip
    return render(request, "tenants/closing.html", context, status=422 if draft.errors else 200)


@permission(CLOSE)
@require_POST
def keep(request: Any) -> HttpResponse:
    keep_workspace(actor=request.actor)
    messages.success(request, _("The workspace is open again, with everything in it."))
    return HttpResponseRedirect("/")
