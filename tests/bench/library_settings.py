"""Our apps and models on django-tenants as it comes: its backend, its router, migrations into every schema."""

from config.settings.dev import *  # noqa: F403 — settings are one flat namespace by Django's design
from config.settings.dev import DATABASES

DATABASES["default"]["ENGINE"] = "django_tenants.postgresql_backend"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
TENANT_SYNC_ROUTER = "django_tenants.routers.TenantSyncRouter"
#: Where the functions are that generated columns call.
PG_EXTRA_SEARCH_PATHS = ["ext"]
