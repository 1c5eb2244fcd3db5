"""Addresses of the customer base beside those that each entity gets."""

from importlib import import_module
from importlib.util import find_spec

from crm.audit.urls import urlpatterns as audit
from crm.customization.urls import urlpatterns as customization
from crm.pages.urls import own_entity_urls
from crm.pages.urls import urlpatterns as pages
from crm.panels.urls import urlpatterns as panels

urlpatterns = [*pages, *audit, *customization, *panels, *own_entity_urls()]
if find_spec("crm.imports.urls"):
    urlpatterns += import_module("crm.imports.urls").urlpatterns
