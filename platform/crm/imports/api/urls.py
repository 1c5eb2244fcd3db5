from django.urls import path

from crm.imports.api.views import CancelView, ErrorsView, ImportsView, ImportView

urlpatterns = [
    path("imports/", ImportsView.as_view(), name="api-imports"),
    path("imports/<str:pk>/", ImportView.as_view(), name="api-import"),
    path("imports/<str:pk>/errors/", ErrorsView.as_view(), name="api-import-errors"),
    path("imports/<str:pk>/cancel/", CancelView.as_view(), name="api-import-cancel"),
]
