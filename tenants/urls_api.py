"""Mounted under /api/v1/ of a workspace."""

from django.urls import path

from tenants.api.workspace import DisableView, EnableView, EngineListView

urlpatterns = [
    path("engines/", EngineListView.as_view(), name="api-engine-list"),
    path("engines/<slug:name>/enable/", EnableView.as_view(), name="api-engine-enable"),
    path("engines/<slug:name>/disable/", DisableView.as_view(), name="api-engine-disable"),
]
