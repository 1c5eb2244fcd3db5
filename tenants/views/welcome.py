"""Arriving at a new workspace from the public site."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from frontend.views.access import public
from tenants.services.handover import take_hand_over


@public
@never_cache
@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """A good hand-over signs in; anything else is sent to the sign-in page, which is always right."""
    user = take_hand_over(request.GET.get("t", "")[:100])
    if user is None:
        return HttpResponseRedirect("/" if request.user.is_authenticated else settings.LOGIN_URL)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect("/")
