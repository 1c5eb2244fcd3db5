"""Pages of the audit (namespace `crm`)."""

from django.urls import path

from crm.audit import views

urlpatterns = [
    path("settings/audit/", views.audit, name="audit"),
    path("settings/audit/export/", views.export, name="audit_export"),
    path("settings/audit/check/", views.check, name="audit_check"),
    path("settings/audit/check/<uuid:pk>/", views.check_progress, name="audit_progress"),
    path("settings/audit/check/<uuid:pk>/stop/", views.check_stop, name="audit_stop"),
    path("settings/audit/policy/", views.policy, name="audit_policy"),
]
