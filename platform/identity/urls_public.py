"""An operator's own settings, on the provider's host."""

from django.urls import include, path

from identity.urls import personal_patterns

urlpatterns = [path("", include((personal_patterns, "identity"), namespace="identity"))]
