"""Settings, addresses and the Celery application, which tasks find by the import here."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
