"""Settings of tenancy, read by config.settings.base."""

import os

# django-tenants refuses to start when its router is not the one named here.
TENANT_SYNC_ROUTER = "tenants.router.SchemaRouter"

#: Schemas kept ready for sign-ups.
POOL_SIZE = 8
TRIAL_DAYS = 30

#: How often one address may ask, and in how many seconds. A real installation is stricter than a machine of one's own.
_REAL = os.environ.get("PEYVAND_ENV", "dev") == "prod"
PUBLIC_LIMITS = {
    "signup": (20, 3600) if _REAL else (5_000, 3600),
    "check": (120, 60) if _REAL else (5_000, 60),
    "find": (10, 3600) if _REAL else (1_000, 3600),
}

#: Where a pooler stands in front of the database: the way past it, for releases.
DIRECT_DATABASE_URL = os.environ.get("PEYVAND_DIRECT_DATABASE_URL", "")
