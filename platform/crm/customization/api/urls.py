from django.urls import path

from crm.customization.api import views

urlpatterns = [
    path("custom-fields/", views.FieldsView.as_view(), name="api-custom-fields"),
    path("custom-fields/<str:pk>/", views.FieldView.as_view(), name="api-custom-field"),
    path("custom-fields/<str:pk>/convert/", views.ConvertView.as_view(), name="api-custom-field-convert"),
    path("layouts/<slug:entity>/", views.LayoutView.as_view(), name="api-layout"),
    path("layouts/undo/<uuid:pk>/", views.LayoutUndoView.as_view(), name="api-layout-undo"),
    path("field-files/", views.UploadView.as_view(), name="api-field-files"),
    path("field-files/<slug:entity>/<uuid:pk>/<slug:name>/", views.FileView.as_view(), name="api-field-file"),
]
