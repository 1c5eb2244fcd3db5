"""Addresses of the customer base under /api/v1/, beside those of its entities."""

from crm.customization.api import urlpatterns as formulas
from crm.imports.api.urls import urlpatterns as imports

urlpatterns = [*imports, *formulas]

__all__ = ["urlpatterns"]
