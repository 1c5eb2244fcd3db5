"""The Celery application. It only wakes work up: what matters lives as leased rows (kernel.jobs, kernel.outbox)."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_init

from config.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{os.environ.get('PEYVAND_ENV', 'dev')}")

# Every task has this base, so that one without a workspace fails instead of running in public.
app = Celery("peyvand", task_cls="tenants.celery:WorkspaceTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def make_queue_folders(sender: Celery, **_: object) -> None:
    """The filesystem transport expects its folders to exist."""
    for key, folder in dict(sender.conf.broker_transport_options or {}).items():
        if "folder" in key:
            Path(str(folder)).mkdir(parents=True, exist_ok=True)


@worker_init.connect
def settle_memory(**_: object) -> None:
    """Before the worker forks: its children share what is loaded by then."""
    settle()
