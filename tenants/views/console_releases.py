"""The provider's page of releases: who is current, who is behind, who is in quarantine and why, and what ran."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.errors import Invalid, KernelError
from tenants.models import Organization
from tenants.releases.status import status
from tenants.services.canaries import mark_canary, try_again
from tenants.views.console import operator


@operator
@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    now = status()
    runs = [
        {"one": run, "seconds": run.finished_at and round((run.finished_at - run.started_at).total_seconds(), 1)}
        for run in now.runs
    ]
    canaries = Organization.objects.filter(is_canary=True).order_by("subdomain")
    context = {"now": now, "runs": runs, "canaries": canaries, "is_current": now.code == now.database}
    return render(request, "tenants/console/releases.html", context)


@operator
@require_POST
def mark(request: Any) -> HttpResponse:
    is_canary = request.POST.get("on") == "1"
    try:
        marked = mark_canary(actor=request.actor, subdomain=request.POST.get("subdomain", ""), is_canary=is_canary)
    except Invalid as error:
        messages.error(request, str(error.problems["subdomain"][0]))
    else:
        done = _("{name} goes first from now on.") if is_canary else _("{name} does not go first any more.")
        messages.success(request, done.format(name=marked.name))
    return HttpResponseRedirect(reverse("console_releases"))


@operator
@require_POST
def again(request: Any, pk: UUID) -> HttpResponse:
    organization = get_object_or_404(Organization, pk=pk)
    try:
        try_again(actor=request.actor, organization=organization)
    except KernelError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("{name} is being tried again.").format(name=organization.name))
    return HttpResponseRedirect(reverse("console_releases"))
