"""Pages of the provider's host."""

from django.urls import path

from tenants.views import console, console_organization, console_releases

urlpatterns = [
    path("", console.organizations, name="console_organizations"),
    path("organizations/<uuid:pk>/", console_organization.organization, name="console_organization"),
    path("organizations/<uuid:pk>/<slug:key>/", console_organization.act, name="console_organization_act"),
    path("health/", console.system_health, name="console_health"),
    path("releases/", console_releases.releases, name="console_releases"),
    path("releases/canaries/", console_releases.mark, name="console_canary"),
    path("releases/<uuid:pk>/again/", console_releases.again, name="console_release_again"),
]
