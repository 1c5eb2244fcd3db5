"""Addresses of the customer base under /api/v1/, beside those of its entities."""

from django.urls import path

from crm.api.files import FileView, PictureView, RecordFilesView
from crm.api.views import ViewsView, ViewView
from crm.audit.api import AuditView
from crm.customization.api import urlpatterns as formulas
from crm.customization.rest.urls import urlpatterns as customization
from crm.imports.api.urls import urlpatterns as imports
from crm.search_api.urls import urlpatterns as search

urlpatterns = [
    *imports,
    *formulas,
    *customization,
    *search,
    path("files/<uuid:pk>/", FileView.as_view(), name="api-file"),
    path("files/<slug:entity>/<uuid:pk>/", RecordFilesView.as_view(), name="api-record-files"),
    path("pictures/<slug:entity>/<uuid:pk>/", PictureView.as_view(), name="api-picture"),
    path("audit/", AuditView.as_view(), name="api-audit"),
    path("views/", ViewsView.as_view(), name="api-views"),
    path("views/<str:pk>/", ViewView.as_view(), name="api-view"),
]

__all__ = ["urlpatterns"]
