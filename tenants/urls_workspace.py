"""Pages of tenancy inside a workspace, mounted under the namespace `tenants`."""

from django.urls import path

from tenants.views import closing, engines, organization, welcome

urlpatterns = [
    path("welcome/", welcome.welcome, name="welcome"),
    path("settings/engines/", engines.engine_list, name="engines"),
    path("settings/engines/<slug:name>/enable/", engines.enable, name="engine_enable"),
    path("settings/engines/<slug:name>/disable/", engines.disable, name="engine_disable"),
    path("settings/engines/<slug:name>/purge/", engines.purge, name="engine_purge"),
    path("settings/organization/", organization.organization, name="organization"),
    path("settings/closing/", closing.closing, name="closing"),
    path("settings/closing/keep/", closing.keep, name="keep"),
]
