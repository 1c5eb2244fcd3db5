"""Pages of the provider's host."""

from django.urls import path

from tenants.views import console

urlpatterns = [
    path("", console.organizations, name="console_organizations"),
    path("health/", console.system_health, name="console_health"),
]
