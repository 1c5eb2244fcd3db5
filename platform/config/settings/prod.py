"""Settings of a real installation: TLS in front, a secret that must be given."""

import os

import sentry_sdk

from config.settings.base import *  # noqa: F403 — settings are one flat namespace by Django's design
from config.settings.base import SECRET_KEY

if not SECRET_KEY:
    raise RuntimeError("PEYVAND_SECRET_KEY is not set.")
SCHEME = "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if dsn := os.environ.get("SENTRY_DSN"):
    # No personal data leaves the installation by default.
    sentry_sdk.init(dsn=dsn, send_default_pii=False)
