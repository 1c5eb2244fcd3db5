"""/healthz and /readyz are answered by the middleware, on any host and before anything can fail; named here to be found."""

from django.urls import path

from frontend.views.access import public
from tenants import health

urlpatterns = [path("healthz", public(health.answer)), path("readyz", public(health.answer))]
