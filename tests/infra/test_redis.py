"""Redis itself with the configurations of a real installation: as the broker of real workers, as the shared cache."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from kombu import Connection

from config.celery import app
from identity.models import Team
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.saved import any_free_port
from kernel.cache import forget_workspace
from kernel.context import Tenant, public_context, tenant_context
from tenants.tasks import send_wake
from tests.factories import make_workspace
from tests.factories.workers import PATIENCE, running_worker
from tests.tenants import work

PROGRAM = shutil.which("redis-server")
FOLDER = ROOT / "infra" / "production" / "redis"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Redis is not installed (Debian: apt install redis-server).")


@contextmanager
def running(name: str, folder: Path, port: int = 0) -> Iterator[str]:
    """The address of a Redis that was started from this configuration."""
    port = port or any_free_port()
    url = f"redis://127.0.0.1:{port}/0"
    process = subprocess.Popen(
        [str(PROGRAM), FOLDER / name, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert wait_until(lambda: process.poll() is not None or _answers(url), 20), "Redis does not come up."
        assert process.poll() is None, "Redis refuses its configuration."
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_the_broker_forgets_nothing_and_the_cache_what_is_old(tmp_path: Path) -> None:
    for name, policy in (("broker.conf", "noeviction"), ("cache.conf", "allkeys-lru")):
        with running(name, tmp_path) as url, redis.from_url(url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": policy}
            assert int(client.config_get("maxmemory")["maxmemory"]) > 0


@pytest.fixture
def shared(tmp_path: Path, settings: Any) -> Iterator[Any]:
    """Django's cache as PEYVAND_CACHE_URL sets it."""
    with running("cache.conf", tmp_path) as url:
        own = {"BACKEND": "kernel.cache.RedisCache", "LOCATION": url, "KEY_FUNCTION": "kernel.cache.tenant_key"}
        settings.CACHES = {"default": own}
        yield caches["default"]


def test_each_workspace_has_a_cache_of_its_own(shared: Any) -> None:
    one, two = Tenant(schema="t_" + "1" * 32), Tenant(schema="t_" + "2" * 32)
    for tenant in (one, two):
        with tenant_context(tenant):
            shared.set("colour", tenant.schema)
            shared.set("kept", "x" * 10, timeout=600)
    with public_context():
        assert shared.get("colour") is None
        shared.set("colour", "public")
    with tenant_context(one):
        assert shared.get("colour") == one.schema
    forget_workspace(one.schema)
    with tenant_context(one):
        assert (shared.get("colour"), shared.get("kept")) == (None, None)
    with tenant_context(two):
        assert (shared.get("colour"), shared.get("kept")) == (two.schema, "x" * 10)
    with public_context():
        assert shared.get("colour") == "public"


def test_without_the_cache_people_are_told_to_come_back(tenant: Tenant, settings: Any) -> None:
    own = {"BACKEND": "kernel.cache.RedisCache", "LOCATION": f"redis://127.0.0.1:{any_free_port()}/0"}
    settings.CACHES = {"default": {**own, "KEY_FUNCTION": "kernel.cache.tenant_key"}}
    client = Client(HTTP_HOST=tenant.host)
    page, ready = client.get("/auth/login/"), client.get("/readyz")
    assert (page.status_code, ready.status_code, client.get("/healthz").status_code) == (503, 503, 200)
    assert page["Retry-After"]
    assert ready.json()["cache"] == {"ok": False}
    assert ready.json()["database"] == {"ok": True}


def test_counting_together_loses_nothing(shared: Any) -> None:
    """What limits are counted by: `add` and `incr` are one step for everybody."""
    with public_context():
        assert shared.add("used", 0, 60)
        assert not shared.add("used", 0, 60)
        assert [shared.incr("used") for _turn in range(3)] == [1, 2, 3]


def test_workers_get_each_workspaces_messages_and_survive_a_restart_of_the_broker(
    stage: Any, transactional_db: None, tmp_path: Path
) -> None:
    tenants = [make_workspace(engines=())[0].as_tenant() for _n in range(3)]
    port = any_free_port()

    def send(first: int) -> None:
        with worker.reached():
            for number in range(first, first + 10):
                for tenant in tenants:
                    with tenant_context(tenant):
                        work.note.apply_async((f"{tenant.schema} {number}",), countdown=number % 2)

    def arrived(count: int) -> bool:
        return wait_until(lambda: all(len(_labels(tenant)) == count for tenant in tenants), PATIENCE)

    with ExitStack() as stack:
        with running("broker.conf", tmp_path, port) as url:
            options = ("--concurrency", "2")
            worker = stack.enter_context(running_worker(tmp_path, url, options, "tests.tenants.work"))
            send(0)
            assert arrived(10), worker.log.read_text()
        with running("broker.conf", tmp_path, port):
            send(10)
            assert arrived(20), worker.log.read_text()
    for tenant in tenants:
        assert _labels(tenant) == {f"{tenant.schema} {number}" for number in range(20)}


@pytest.fixture
def broker_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process as a web host has it, with nobody at the broker's address."""
    monkeypatch.setenv("PEYVAND_BROKER_URL", f"redis://127.0.0.1:{any_free_port()}/0")
    told = "import json, config.settings.dev as s; print(json.dumps(s.CELERY_BROKER_TRANSPORT_OPTIONS))"
    env = {**os.environ, "PYTHONPATH": "platform:."}
    asked = subprocess.run([sys.executable, "-c", told], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    broker = Connection(os.environ["PEYVAND_BROKER_URL"], transport_options=json.loads(asked.stdout))
    producer = app.amqp.Producer(broker, auto_declare=False)
    monkeypatch.setattr(app, "producer_or_acquire", lambda given=None: nullcontext(given or producer))


def test_a_broker_that_is_away_holds_nobody_up(broker_away: None, caplog: pytest.LogCaptureFixture) -> None:
    """Each save sends a hint after its commit; it is lost, and the sweep finds the row."""
    began = time.monotonic()
    for _save in range(5):
        send_wake("outbox", "t_" + "0" * 32, "")
    assert time.monotonic() - began < 5
    assert caplog.text.count("The broker is away") == 5


def _labels(tenant: Tenant) -> set[str]:
    with tenant_context(tenant), transaction.atomic():
        return set(Team.objects.values_list("name", flat=True))
