"""What a workspace keeps in the cache is its own, and can be found and removed."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from kernel.cache import FileCache, MemoryCache, RedisCache, forget_workspace
from kernel.context import Tenant, public_context, tenant_context

ONE, TWO = Tenant(schema="t_one"), Tenant(schema="t_two")


@pytest.fixture(params=[FileCache, MemoryCache])
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> None:
    path = f"{request.param.__module__}.{request.param.__name__}"
    settings.CACHES = {
        "default": {"BACKEND": path, "LOCATION": str(tmp_path), "KEY_FUNCTION": "kernel.cache.tenant_key"}
    }


@pytest.mark.usefixtures("store")
def test_a_workspace_reads_its_own_and_is_forgotten_alone() -> None:
    for tenant in (ONE, TWO):
        with tenant_context(tenant):
            cache.set("colour", tenant.schema)
            cache.set("other", "t_one")
    with public_context():
        cache.set("t_one", "a key that only looks so")
    forget_workspace("t_one")
    with tenant_context(ONE):
        assert (cache.get("colour"), cache.get("other")) == (None, None)
    with tenant_context(TWO):
        assert (cache.get("colour"), cache.get("other")) == ("t_two", "t_one")
    with public_context():
        assert cache.get("t_one") == "a key that only looks so"
    forget_workspace("t_never_was")
    cache.clear()
    with tenant_context(TWO):
        assert cache.get("colour") is None


@pytest.mark.usefixtures("store")
def test_counting_and_adding_work_as_everywhere() -> None:
    with tenant_context(ONE):
        assert cache.add("n", 1)
        assert not cache.add("n", 5)
        assert cache.incr("n") == 2
        assert cache.delete("n")
        assert "n" not in cache


def files_store(folder: Path, **options: Any) -> FileCache:
    return FileCache(str(folder), {"KEY_FUNCTION": "kernel.cache.tenant_key", "OPTIONS": options})


def test_half_written_files_lie_in_the_workspace_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed while it writes leaves a file behind; it must go with the workspace."""
    store = files_store(tmp_path)
    seen: list[str] = []

    def killed(source: str, *_args: Any, **_options: Any) -> None:
        seen.append(source)
        raise SystemExit

    monkeypatch.setattr("django.core.cache.backends.filebased.file_move_safe", killed)
    with tenant_context(ONE), pytest.raises(SystemExit):
        store.set("colour", "red")
    assert [Path(path).parent for path in seen] == [tmp_path / "t_one"]


def test_one_workspace_does_not_crowd_out_another(tmp_path: Path) -> None:
    store = files_store(tmp_path, MAX_ENTRIES=10)
    with tenant_context(TWO):
        store.set("kept", 1)
    with tenant_context(ONE):
        for number in range(50):
            store.set(str(number), number)
    assert len(list((tmp_path / "t_one").iterdir())) <= 10
    with tenant_context(TWO):
        assert store.get("kept") == 1


def test_a_folder_that_goes_while_others_write_is_no_error(tmp_path: Path) -> None:
    store, failures = files_store(tmp_path), []
    stop = threading.Event()

    def write() -> None:
        with tenant_context(TWO):
            try:
                while not stop.is_set():
                    store.set("a", 1)
                    store.get("a")
            except Exception as error:
                failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    for _round in range(200):
        store.forget_workspace("t_one")
        with tenant_context(ONE):
            store.set("a", 1)
    stop.set()
    writer.join()
    assert failures == []


class FakeRedis:
    """As much of redis-py's client as is asked for here; the real thing: tests/infra."""

    def __init__(self, *keys: str) -> None:
        self.keys = set(keys)

    def scan_iter(self, match: str, count: int) -> list[bytes]:
        from fnmatch import fnmatchcase

        return [key.encode() for key in sorted(self.keys) if fnmatchcase(key, match)]

    def delete(self, key: bytes) -> None:
        self.keys.discard(key.decode())


def test_redis_is_scanned_for_the_workspace_s_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeRedis(":1:t_one:a", ":2:t_one:b:c", ":1:t_two:a", ":1:public:t_one:a", ":1:t_one1:a")
    store = RedisCache("redis://nowhere", {"KEY_FUNCTION": "kernel.cache.tenant_key"})

    class Client:
        def get_client(self, key: Any = None, *, write: bool = False) -> FakeRedis:
            return fake

    monkeypatch.setattr(RedisCache, "_cache", Client())
    store.forget_workspace("t_one")
    assert fake.keys == {":1:t_two:a", ":1:public:t_one:a", ":1:t_one1:a"}
