"""Addresses on the bare host: the public site and sign-up."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from frontend.views import errors
from frontend.views.kit import kit

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenants.urls_health")),
    path("", include("tenants.urls_public")),
]
if settings.ENV != "prod":
    urlpatterns.append(path("kit/", kit))

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
