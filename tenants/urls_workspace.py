"""Pages of tenancy inside a workspace, mounted under the namespace `tenants`."""

from django.urls import path

from tenants.views import closing, data, engines, organization, welcome

urlpatterns = [
    path("welcome/", welcome.welcome, name="welcome"),
    path("settings/engines/", engines.engine_list, name="engines"),
    path("settings/engines/<slug:name>/enable/", engines.enable, name="engine_enable"),
    path("settings/engines/<slug:name>/disable/", engines.disable, name="engine_disable"),
    path("settings/engines/<slug:name>/purge/", engines.purge, name="engine_purge"),
    path("settings/organization/", organization.organization, name="organization"),
    path("settings/closing/", closing.closing, name="closing"),
    path("settings/closing/keep/", closing.keep, name="keep"),
    path("settings/data/", data.data, name="data"),
    path("settings/data/export/", data.data_export, name="data_export"),
    path("settings/data/archives/<uuid:pk>/file/", data.data_file, name="data_file"),
    path("settings/data/jobs/<uuid:pk>/", data.data_progress, name="data_progress"),
    path("settings/data/jobs/<uuid:pk>/stop/", data.data_stop, name="data_stop"),
    path("settings/data/restore/", data.data_upload, name="data_upload"),
    path("settings/data/restore/<uuid:pk>/", data.data_restore, name="data_restore"),
    path("settings/data/restore/<uuid:pk>/discard/", data.data_discard, name="data_discard"),
    path("settings/data/back/", data.data_back, name="data_back"),
]
