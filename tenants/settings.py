"""Settings of tenancy, read by config.settings.base."""

import os

# django-tenants refuses to start when its router is not the one named here.
TENANT_SYNC_ROUTER = "tenants.router.SchemaRouter"

#: Schemas kept ready for sign-ups.
POOL_SIZE = 8
TRIAL_DAYS = 30

#: A life that ends (tenants.lifecycle): how long a payment may be overdue, how long a workspace stays readable, and
#: after how many days of suspension it is erased, by the reason of the suspension.
PAST_DUE_DAYS = 14
READ_ONLY_DAYS = 30
ERASE_AFTER_DAYS = {"closed_by_admin": 30, "grace_over": 60}
#: The final archive is made this long before.
FINAL_ARCHIVE_DAYS = 7

#: How often one address may ask, and in how many seconds. A real installation is stricter than a machine of one's own.
_REAL = os.environ.get("PEYVAND_ENV", "dev") == "prod"
PUBLIC_LIMITS = {
    "signup": (20, 3600) if _REAL else (5_000, 3600),
    "check": (120, 60) if _REAL else (5_000, 60),
    "find": (10, 3600) if _REAL else (1_000, 3600),
}

#: Secrets of other installations whose archives may be restored here.
ARCHIVE_KEYS = [key for key in os.environ.get("PEYVAND_ARCHIVE_KEYS", "").split(",") if key]
#: The largest archive that may be uploaded, and what all of it may unpack to.
ARCHIVE_MAX_BYTES = 8 * 1024**3
ARCHIVE_MAX_UNPACKED = 64 * 1024**3
#: How many days a workspace that was restored from an archive can go back to what was there before.
ARCHIVE_BACK_DAYS = 7
#: Days for which files are kept, by area; those of other areas stay.
FILES_KEPT_DAYS = {"archives": 7, "exports": 7, "restores": 2, "imports": 30}
#: When a connection is given back: after so many workspaces, at the end of a request, and after so many seconds. A
#: backend grew by 0.65 MB a workspace with Sales on (lists and home page; docs/operations.md), a new one costs 5 ms.
CONNECTION_WORKSPACES = int(os.environ.get("PEYVAND_CONNECTION_WORKSPACES", "100"))
CONNECTION_SECONDS = int(os.environ.get("PEYVAND_CONNECTION_SECONDS", "3600"))
