"""Addresses of the customer base under /api/v1/, beside those of its entities."""

from crm.imports.api.urls import urlpatterns

__all__ = ["urlpatterns"]
