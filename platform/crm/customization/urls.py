"""Settings › Fields and forms, Settings › Objects and relations, and files that are values of fields."""

from django.urls import path

from crm.customization.views import calculated, convert, fields, files, layout, objects, page, relations

_FIELD = "settings/fields/<slug:entity>/<uuid:pk>/"

urlpatterns = [
    path("settings/objects/", objects.listed, name="objects"),
    path("settings/objects/new/", objects.new, name="object_new"),
    path("settings/objects/key/", objects.suggested, name="object_key"),
    path("settings/objects/order/", objects.order, name="object_order"),
    path("settings/objects/relations/", relations.listed, name="relations"),
    path("settings/objects/relations/new/", relations.new, name="relation_new"),
    path("settings/objects/relations/link/", relations.new_link, name="link_new"),
    path("settings/objects/relations/<uuid:pk>/", relations.edit, name="relation_edit"),
    path("settings/objects/<slug:name>/", objects.edit, name="object_edit"),
    path("settings/objects/<slug:name>/state/", objects.state, name="object_state"),
    path("settings/objects/<slug:name>/delete/", objects.delete, name="object_delete"),
    path("settings/fields/", fields.entities, name="customization"),
    path("settings/fields/<slug:entity>/", fields.fields, name="fields"),
    path("settings/fields/<slug:entity>/new/", fields.new, name="field_new"),
    path("settings/fields/<slug:entity>/key/", fields.suggested, name="field_key"),
    path("settings/fields/<slug:entity>/order/", fields.order, name="field_order"),
    path("settings/fields/<slug:entity>/form/", layout.layout, name="layout"),
    path("settings/fields/<slug:entity>/form/preview/", layout.preview, name="layout_preview"),
    path("settings/fields/<slug:entity>/form/columns/", layout.columns, name="layout_columns"),
    path("settings/fields/<slug:entity>/form/reset/", layout.layout_reset, name="layout_reset"),
    path("settings/fields/<slug:entity>/formula/", calculated.try_formula, name="formula_try"),
    path("settings/fields/<slug:entity>/rollup/", calculated.try_rollup, name="rollup_try"),
    path("settings/fields/<slug:entity>/filling/", calculated.filling, name="field_filling"),
    path("settings/fields/<slug:entity>/page/", page.page_layout, name="page_layout"),
    path("settings/fields/<slug:entity>/page/reset/", page.page_reset, name="page_reset"),
    path("settings/fields/<slug:entity>/own/<slug:name>/", layout.builtin, name="field_builtin"),
    path("settings/fields/form/undo/<uuid:change>/", layout.layout_undo, name="layout_undo"),
    path(_FIELD, fields.edit, name="field_edit"),
    path(f"{_FIELD}state/", fields.state, name="field_state"),
    path(f"{_FIELD}delete/", fields.delete, name="field_delete"),
    path(f"{_FIELD}convert/", convert.convert, name="field_convert"),
    path("files/upload/", files.upload, name="field_upload"),
    path("files/<slug:entity>/<uuid:pk>/<slug:name>/", files.file, name="field_file"),
]
