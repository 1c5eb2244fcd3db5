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

#: When a connection is given back: after so many workspaces, at the end of a request, and after so many seconds. A
#: backend grew by 0.65 MB a workspace with Sales on (lists and home page; docs/operations.md), a new one costs 5 ms.
CONNECTION_WORKSPACES = int(os.environ.get("PEYVAND_CONNECTION_WORKSPACES", "100"))
CONNECTION_SECONDS = int(os.environ.get("PEYVAND_CONNECTION_SECONDS", "3600"))
