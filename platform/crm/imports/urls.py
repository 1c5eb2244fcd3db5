"""Pages of the import wizard; mounted with the customer base's own addresses."""

from django.urls import path

from crm.imports.views import files, history, preview, running, upload
from crm.imports.views import mapping as choosing

urlpatterns = [
    path("import/", history.import_list, name="import_list"),
    path("import/new/", upload.import_new, name="import_new"),
    path("import/template/<str:entity>.csv", files.template, name="import_template"),
    path("import/<uuid:pk>/", running.import_page, name="import_page"),
    path("import/<uuid:pk>/mapping/", choosing.import_mapping, name="import_mapping"),
    path("import/<uuid:pk>/reread/", choosing.import_reread, name="import_reread"),
    path("import/<uuid:pk>/preview/", preview.import_preview, name="import_preview"),
    path("import/<uuid:pk>/start/", running.import_start, name="import_start"),
    path("import/<uuid:pk>/progress/", running.import_progress, name="import_progress"),
    path("import/<uuid:pk>/stop/", running.import_stop, name="import_stop"),
    path("import/<uuid:pk>/discard/", running.import_discard, name="import_discard"),
    path("import/<uuid:pk>/errors.<str:kind>", files.errors, name="import_errors"),
]
