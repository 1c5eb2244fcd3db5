from django.urls import path

from crm.customization.rest import objects, views

urlpatterns = [
    path("custom-objects/", objects.ObjectsView.as_view(), name="api-custom-objects"),
    path("custom-objects/<str:pk>/", objects.ObjectView.as_view(), name="api-custom-object"),
    path("custom-relations/", objects.RelationsView.as_view(), name="api-custom-relations"),
    path("custom-relations/links/", objects.LinksView.as_view(), name="api-custom-links"),
    path("custom-relations/<str:pk>/", objects.RelationView.as_view(), name="api-custom-relation"),
    path("custom-fields/", views.FieldsView.as_view(), name="api-custom-fields"),
    path("custom-fields/<str:pk>/", views.FieldView.as_view(), name="api-custom-field"),
    path("custom-fields/<str:pk>/convert/", views.ConvertView.as_view(), name="api-custom-field-convert"),
    path("layouts/<slug:entity>/", views.LayoutView.as_view(), name="api-layout"),
    path("layouts/undo/<uuid:pk>/", views.LayoutUndoView.as_view(), name="api-layout-undo"),
    path("field-files/", views.UploadView.as_view(), name="api-field-files"),
    path("field-files/<slug:entity>/<uuid:pk>/<slug:name>/", views.FileView.as_view(), name="api-field-file"),
]
