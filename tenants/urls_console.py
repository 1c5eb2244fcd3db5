"""Pages of the provider's host."""

from django.urls import path

from tenants.views import console, console_releases

urlpatterns = [
    path("", console.organizations, name="console_organizations"),
    path("health/", console.system_health, name="console_health"),
    path("releases/", console_releases.releases, name="console_releases"),
    path("releases/canaries/", console_releases.mark, name="console_canary"),
    path("releases/<uuid:pk>/again/", console_releases.again, name="console_release_again"),
]
