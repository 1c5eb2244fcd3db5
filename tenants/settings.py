"""Settings of tenancy, read by config.settings.base."""

# django-tenants refuses to start when its router is not the one named here.
TENANT_SYNC_ROUTER = "tenants.router.SchemaRouter"

#: Schemas kept ready for sign-ups.
POOL_SIZE = 8
TRIAL_DAYS = 30
