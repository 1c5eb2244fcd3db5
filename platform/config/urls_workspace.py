"""Addresses on a workspace's host."""

from django.urls import include, path

from config.mounting import engine_patterns
from frontend.views import errors

urlpatterns = [
    path("", include("tenants.urls_health")),
    path("api/", include("api.urls")),
    path("auth/", include("identity.urls_auth")),
    *engine_patterns(),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
