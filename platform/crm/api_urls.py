"""Addresses of the customer base under /api/v1/, beside those of its entities."""

from crm.customization.api.urls import urlpatterns as customization
from crm.imports.api.urls import urlpatterns as imports

urlpatterns = [*imports, *customization]
