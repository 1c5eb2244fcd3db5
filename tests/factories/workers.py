"""A real Celery worker in a process of its own, and the way to it from this one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from django.db import connections
from kombu import Connection

from config.celery import app
from infra.dev.environment import Addresses, build
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.processes import kill_group

PATIENCE = 60.0
FILES = "filesystem://localhost"


class Worker:
    def __init__(self, var: Path, broker: str) -> None:
        self.var = var
        self.broker = broker
        self.log = var / "worker.log"

    @contextmanager
    def reached(self) -> Iterator[None]:
        """What this process sends goes to the worker, instead of nowhere as in other tests."""
        options = {
            "data_folder_in": str(self.var / "queue"), "data_folder_out": str(self.var / "queue"),
            "control_folder": str(self.var / "queue-control"), "processed_folder": str(self.var / "queue-done"),
        } if self.broker == FILES else {}  # fmt: skip
        with Connection(self.broker, transport_options=options) as broker, pytest.MonkeyPatch.context() as patch:
            ours = app.amqp.Producer(broker)
            patch.setattr(app, "producer_or_acquire", lambda given=None: nullcontext(given or ours))
            yield

    def said(self, text: str) -> bool:
        return wait_until(lambda: text in self.log.read_text(), PATIENCE)


@contextmanager
def running_worker(var: Path, broker: str, options: Sequence[str], include: str) -> Iterator[Worker]:
    """With a real installation's settings of development, on the test's database."""
    own = connections.settings["default"]
    password = f":{own['PASSWORD']}" if own["PASSWORD"] else ""
    url = f"postgresql://{own['USER']}{password}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    env = build(var, Addresses(8000, url)) | {"PEYVAND_ENV": "dev", "PEYVAND_BROKER_URL": broker}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    worker = Worker(var, broker)
    command = [sys.executable, "-m", "celery", "-A", "config.celery:app", "worker", "--loglevel", "INFO",
               "--include", include, *options]  # fmt: skip
    with worker.log.open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        if not worker.said("ready."):
            raise RuntimeError(f"The worker does not come up:\n{worker.log.read_text()}")
        yield worker
    finally:
        kill_group(process.pid)
        process.wait(10)
