"""Redis itself with the configurations of a real installation: as the broker of real workers, as the shared cache."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.db import transaction

from identity.models import Team
from infra.dev.paths import ROOT
from infra.dev.pgserver import wait_until
from infra.dev.saved import any_free_port
from kernel.cache import forget_workspace
from kernel.context import Tenant, public_context, tenant_context
from tests.factories import make_workspace
from tests.factories.workers import PATIENCE, running_worker
from tests.tenants import work

PROGRAM = shutil.which("redis-server")
FOLDER = ROOT / "infra" / "production" / "redis"

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Redis is not installed (Debian: apt install redis-server).")


@contextmanager
def running(name: str, folder: Path) -> Iterator[str]:
    """The address of a Redis that was started from this configuration."""
    port = any_free_port()
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


def test_counting_together_loses_nothing(shared: Any) -> None:
    """What limits are counted by: `add` and `incr` are one step for everybody."""
    with public_context():
        assert shared.add("used", 0, 60)
        assert not shared.add("used", 0, 60)
        assert [shared.incr("used") for _turn in range(3)] == [1, 2, 3]


def test_workers_get_each_workspaces_messages(stage: Any, transactional_db: None, tmp_path: Path) -> None:
    tenants = [make_workspace(engines=())[0].as_tenant() for _n in range(3)]
    with (
        running("broker.conf", tmp_path) as url,
        running_worker(tmp_path, url, ("--concurrency", "2"), "tests.tenants.work") as worker,
    ):
        with worker.reached():
            for number in range(10):
                for tenant in tenants:
                    with tenant_context(tenant):
                        work.note.apply_async((f"{tenant.schema} {number}",), countdown=number % 2)
        wait_until(lambda: all(len(_labels(tenant)) == 10 for tenant in tenants), PATIENCE)
        for tenant in tenants:
            assert _labels(tenant) == {f"{tenant.schema} {number}" for number in range(10)}


def _labels(tenant: Tenant) -> set[str]:
    with tenant_context(tenant), transaction.atomic():
        return set(Team.objects.values_list("name", flat=True))
