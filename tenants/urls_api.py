"""Mounted under /api/v1/ of a workspace."""

from django.urls import path

from tenants.api import archives
from tenants.api.workspace import DisableView, EnableView, EngineListView

urlpatterns = [
    path("engines/", EngineListView.as_view(), name="api-engine-list"),
    path("engines/<slug:name>/enable/", EnableView.as_view(), name="api-engine-enable"),
    path("engines/<slug:name>/disable/", DisableView.as_view(), name="api-engine-disable"),
    path("workspace/archives/", archives.ArchivesView.as_view(), name="api-archives"),
    path("workspace/archives/<str:pk>/", archives.ArchiveView.as_view(), name="api-archive"),
    path("workspace/archives/<str:pk>/file/", archives.ArchiveFileView.as_view(), name="api-archive-file"),
    path("workspace/restores/", archives.RestoresView.as_view(), name="api-restores"),
    path("workspace/restores/<str:pk>/", archives.RestoreView.as_view(), name="api-restore"),
    path("workspace/restores/<str:pk>/cancel/", archives.RestoreCancelView.as_view(), name="api-restore-cancel"),
]
