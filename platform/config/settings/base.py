"""Settings that hold everywhere. Values that differ between machines come from the environment (see README)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from api.settings import *  # noqa: F403 — each part keeps its own settings beside its code
from identity.settings import *  # noqa: F403 — as above
from kernel.registry.discovery import installed_apps
from tenants.settings import *  # noqa: F403 — as above
from tenants.settings import CONNECTION_SECONDS

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("PEYVAND_VAR", ROOT / "var")).resolve()
ENV = os.environ.get("PEYVAND_ENV", "dev")
PORT = int(os.environ.get("PORT", "8000"))
BASE_HOST = os.environ.get("PEYVAND_BASE_HOST", "localhost")
CONSOLE_HOST = f"console.{BASE_HOST}"
SCHEME = "http"
DATA = os.environ.get("PEYVAND_DATA", "")

SECRET_KEY = os.environ.get("PEYVAND_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = [BASE_HOST, f".{BASE_HOST}", "127.0.0.1", "[::1]"]
USE_X_FORWARDED_HOST = False
#: Addresses or networks of our reverse proxies, which say in X-Real-IP who asks: see config.proxy.
TRUSTED_PROXIES = os.environ.get("PEYVAND_TRUSTED_PROXIES", "").split()

PLATFORM_APPS = ("django_tenants", "tenants", "billing")
CORE_APPS = (
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
    # identity before allauth: its templates replace allauth's
    "identity", "allauth", "allauth.account", "allauth.mfa", "allauth.usersessions", "kernel", "api", "crm",
)  # fmt: skip
TOOL_APPS = (
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.postgres", "django.contrib.humanize",
    "rest_framework", "drf_spectacular", "django_cotton.apps.SimpleAppConfig", "django_htmx", "django_vite", "csp",
    "frontend",
)  # fmt: skip
ENGINE_APPS = installed_apps()

#: django-tenants reads these two; our router decides finer: see tenants/router.py.
SHARED_APPS = [*CORE_APPS[:-1], *PLATFORM_APPS, *TOOL_APPS]
TENANT_APPS = [*CORE_APPS, *ENGINE_APPS]
INSTALLED_APPS = [*dict.fromkeys([*SHARED_APPS, *TENANT_APPS])]
TENANT_MODEL = "tenants.Organization"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = "public"
DATABASE_ROUTERS = ["tenants.router.SchemaRouter"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.WorkspaceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "identity.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "frontend.middleware.ErrorPagesMiddleware",
]
ROOT_URLCONF = "config.urls_workspace"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "frontend.context.shell",
                "identity.context.account",
                "frontend.navigation.settings_nav",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "tenants.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        # Behind a transaction pooler a named cursor outlives its connection; see tenants/postgresql.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"connect_timeout": 5, "options": "-c timezone=UTC"},
    }


DATABASES: dict[str, dict[str, Any]] = {
    "default": _database(os.environ.get("DATABASE_URL", "postgresql://peyvand@127.0.0.1:5432/peyvand"))
}
#: Where DATABASE_URL leads to a pooler: PostgreSQL itself, for releases. See tenants/direct.py.
DIRECT_DATABASE = _database(_direct) if (_direct := os.environ.get("PEYVAND_DIRECT_DATABASE_URL", "")) else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_ROOT = VAR / "cache"
#: redis://… where several hosts share one cache; else files.
_CACHE_URL = os.environ.get("PEYVAND_CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "kernel.cache.RedisCache" if _CACHE_URL else "kernel.cache.FileCache",
        "LOCATION": _CACHE_URL or str(CACHE_ROOT),
        "KEY_FUNCTION": "kernel.cache.tenant_key",
        # Every page asks it: who waits longer for it than for the database had better be told.
        **({"OPTIONS": {"socket_connect_timeout": 1.0, "socket_timeout": 2.0}} if _CACHE_URL else {}),
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("fa", "فارسی"), ("en", "English")]
LOCALE_PATHS = [ROOT / "frontend" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("dist", ROOT / "frontend" / "dist")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DJANGO_VITE: dict[str, dict[str, Any]] = {
    "default": {
        "dev_mode": False,
        "manifest_path": ROOT / "frontend" / "dist" / "manifest.json",
        "static_url_prefix": "dist",
    }
}
#: A bucket that all hosts share, s3://…; where there is none, files lie in a folder.
FILES_URL = os.environ.get("PEYVAND_FILES_URL", "")
FILES_ROOT = VAR / ("copies" if FILES_URL else "files")

_SMTP = urlsplit(os.environ.get("PEYVAND_SMTP_URL", "smtp://127.0.0.1:1025"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _SMTP.hostname or "127.0.0.1"
EMAIL_PORT = _SMTP.port or 25
EMAIL_HOST_USER = unquote(_SMTP.username or "")
EMAIL_HOST_PASSWORD = unquote(_SMTP.password or "")
EMAIL_USE_TLS = _SMTP.scheme == "smtp+tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("PEYVAND_FROM_EMAIL", f"Peyvand <no-reply@{BASE_HOST}>")
MAIL_PAGE = os.environ.get("PEYVAND_MAIL_PAGE", "")

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "frontend.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_BYTES = 256 * 1024 * 1024

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": ["'self'", "data:"],
        "font-src": _SELF,
        "connect-src": _SELF,
        "form-action": _SELF,
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": _SELF,
    }
}

CELERY_BROKER_URL = os.environ.get("PEYVAND_BROKER_URL", "filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(VAR / "queue"),
        "data_folder_out": str(VAR / "queue"),
        "processed_folder": str(VAR / "queue-done"),
        "control_folder": str(VAR / "queue-control"),
        "store_processed": False,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    # A message is a hint that the sweep makes up for: a broker that is away must not hold up who just saved something.
    # With kombu's own patience every save took six seconds then.
    else {"max_retries": 0, "socket_connect_timeout": 1.0}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "tenants.tasks.sweep", "schedule": 20.0},
    "refill-pool": {"task": "tenants.tasks.refill_pool", "schedule": 30.0},
    "release-late": {"task": "tenants.tasks.release_late", "schedule": 60.0},
    "lives": {"task": "tenants.tasks.lives", "schedule": 3600.0},
    "reap": {"task": "tenants.tasks.reap", "schedule": 86_400.0},
    "keep-audits": {"task": "tenants.tasks.keep_audits", "schedule": 24 * 3600.0},
    "sweep-files": {"task": "tenants.tasks.sweep_files", "schedule": 3600.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("PEYVAND_LOG_LEVEL", "INFO")},
}
# Our tag library "l10n" takes the place of Django's on purpose: it holds that one's tags and filters as well.
# An e-mail is unique among people who have one (a constraint on its lower case), which Django cannot see.
SILENCED_SYSTEM_CHECKS = ["templates.W003", "auth.W004"]
