from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from frontend.views.access import permission
from kernel.access import records_visible_to


@permission("machines.service.plan")
def due(request: HttpRequest) -> HttpResponse:
    """Machines whose service is due."""
    machines = records_visible_to(request.actor, "machine").filter(next_service_on__lte=timezone.localdate())  # type: ignore[attr-defined] # set by the middleware
    return render(request, "machines/due.html", {"machines": machines.order_by("next_service_on")})
