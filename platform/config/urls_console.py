"""Addresses on the provider's host."""

from django.urls import include, path

from frontend.views import errors

urlpatterns = [
    path("", include("tenants.urls_health")),
    path("", include("tenants.urls_console")),
    path("auth/", include("identity.urls_auth")),
    path("", include("identity.urls_public")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
