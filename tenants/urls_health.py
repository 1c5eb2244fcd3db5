"""/healthz and /readyz: the middleware answers them, on any host, before anything can fail; here to be found."""

from django.urls import path

from frontend.views.access import public
from tenants import health

urlpatterns = [path("healthz", public(health.answer)), path("readyz", public(health.answer))]
