"""Settings of the test suite: quick hashing, mail and tasks kept in memory unless a test asks for the real thing."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("PEYVAND_VAR", str(Path(tempfile.gettempdir()) / f"peyvand-test-{os.getpid()}"))

from config.settings.base import *  # noqa: F403 — the environment above must be set first

SECRET_KEY = "only-for-tests"  # noqa: S105 — no secret: tests only
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {
    "default": {
        "BACKEND": "kernel.cache.MemoryCache",
        "KEY_FUNCTION": "kernel.cache.tenant_key",
    }
}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
