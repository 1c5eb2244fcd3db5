"""Cache keys carry the workspace, so that a key can never reach another's value, and what a workspace left in the cache
can be found when it is erased. One class for each store; settings choose by PEYVAND_CACHE_URL."""

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache

from kernel.context import PUBLIC, get_tenant


def _schema() -> str:
    tenant = get_tenant()
    return tenant.schema if tenant else PUBLIC


def tenant_key(key: str, prefix: str, version: int) -> str:
    return f"{prefix}:{version}:{_schema()}:{key}"


def _is_of(key: str, schema: str) -> bool:
    return key.split(":", 3)[2] == schema


def forget_workspace(schema: str) -> None:
    """Remove everything that was kept for a workspace, in every cache."""
    for alias in settings.CACHES:
        store: Any = caches[alias]  # one of the classes below
        store.forget_workspace(schema)


class FileCache(FileBasedCache):
    """A folder for each workspace: half-written files lie in it too, and one workspace cannot crowd out another."""

    _root: str

    @property
    def _dir(self) -> str:
        return os.path.join(self._root, _schema())

    @_dir.setter
    def _dir(self, folder: str) -> None:
        self._root = folder

    def clear(self) -> None:
        for folder in Path(self._root).iterdir():
            shutil.rmtree(folder, ignore_errors=True)

    def forget_workspace(self, schema: str) -> None:
        shutil.rmtree(Path(self._root) / schema, ignore_errors=True)


class MemoryCache(LocMemCache):
    """For tests: this process alone."""

    def forget_workspace(self, schema: str) -> None:
        store: Any = self
        with store._lock:
            for key in [key for key in store._cache if _is_of(key, schema)]:
                store._delete(key)


class RedisCache(DjangoRedisCache):
    """SCAN goes through all keys in small steps, so that Redis serves others meanwhile."""

    def forget_workspace(self, schema: str) -> None:
        own: Any = self
        client = own._cache.get_client(None, write=True)
        for key in client.scan_iter(match=f"{own.key_prefix}:*:{schema}:*", count=1000):
            if _is_of(key.decode(), schema):
                client.delete(key)
