"""What the code has in fact, kind by kind, to be held against the inventory."""

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings

from kernel.registry import registry
from tests.architecture.sources import files, name_of, part_of, tree_of

SECRET = re.compile(r"(^|_)(hash|token|secret|digest)$")
STREAMS = {"StreamingHttpResponse", "FileResponse"}
CACHES = {"django.core.cache", "allauth.core.internal.ratelimit"}
WAREHOUSE = {"duckdb", "pyarrow", "clickhouse_connect", "clickhouse_driver"}
#: Where values could be kept past the cache's keys and the workspace's folder.
STORES = {"boto3", "pymemcache", "pylibmc", "memcache", "diskcache", "shelve", "dbm", "sqlite3", "pymongo",
          "opensearchpy", "elasticsearch", "redis.client", "redis.Redis", "redis.StrictRedis", "redis.asyncio",
          "redis.from_url"}  # fmt: skip
REDIS = {"Redis", "StrictRedis", "from_url", "ConnectionPool", "Sentinel"}
SOCKETS = {"channels", "websockets", "daphne", "socketio"}
CALLOUTS = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "smtplib", "socket"}


@cache
def imported(tree: ast.AST) -> set[str]:
    """Every module named by an import, with its parents and what is taken from it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in names]
    return {".".join(one[:n]) for one in parts for n in range(1, len(one) + 1)}


def uses_streams(tree: ast.AST) -> bool:
    return any(isinstance(n, ast.Name | ast.alias) and getattr(n, "id", getattr(n, "name", "")) in STREAMS
               for n in ast.walk(tree))  # fmt: skip


def opens_stores(tree: ast.AST) -> bool:
    """A client of its own. What only names redis's errors keeps nothing."""
    clients = {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in REDIS}
    return bool(imported(tree) & STORES) or any(name.startswith("redis.") for name in clients)


def is_asynchronous(tree: ast.AST) -> bool:
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    return any(isinstance(node, kinds) for node in ast.walk(tree)) or bool(imported(tree) & {"asyncio", "asgiref"})


def pushes_events(tree: ast.AST) -> bool:
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return bool(imported(tree) & SOCKETS) or any("text/event-stream" in text for text in texts)


def areas_of(tree: ast.Module) -> set[str]:
    """Folders that files are saved into: what `files.save` is given first. What is no plain name is told as it is."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    taken = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(("files.save", "files.write")):
            first, name = node.args[0], ast.unparse(node.args[0])
            value = first.value if isinstance(first, ast.Constant) else constants.get(name)
            if value is None and name in taken:
                value = getattr(import_module(taken[name]), name)
            found.add(str(value) if value is not None else name)
    return found


def _product() -> list[Path]:
    return [path for path in files(".py") if part_of(path) and "migrations" not in path.parts]


def _modules(wanted: Callable[[ast.Module], object]) -> set[str]:
    return {name_of(path) for path in _product() if wanted(tree_of(path))}


def _importing(names: Iterable[str]) -> set[str]:
    wanted = set(names)
    return _modules(lambda tree: imported(tree) & wanted)


def _tasks() -> set[str]:
    from config.celery import app

    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith(("celery.", "tests."))}


def _secrets() -> set[str]:
    names = {*settings.CORE_APPS, *settings.PLATFORM_APPS, *settings.ENGINE_APPS}
    ours = [c for c in apps.get_app_configs() if c.name in names and not c.name.startswith(("django", "allauth"))]
    return {
        f"{model._meta.label}.{field.name}"
        for config in ours
        for model in config.get_models()
        for field in model._meta.concrete_fields
        if SECRET.search(field.name)
    }


#: Kind in the inventory → what there is of it.
FOUND: dict[str, Callable[[], set[str]]] = {
    "tasks": _tasks,
    "jobs": lambda: {kind for module in registry.modules for kind in module.jobs},
    "receivers": lambda: {f"{event} {path}" for m in registry.modules for event, path in m.hears.items()},
    "areas": lambda: {area for path in _product() for area in areas_of(tree_of(path))},
    "caches": lambda: _importing(CACHES),
    "streams": lambda: _modules(uses_streams),
    "stores": lambda: _modules(opens_stores),
    "secrets": _secrets,
    "warehouse": lambda: _importing(WAREHOUSE),
    "sockets": lambda: _modules(pushes_events),
    "asynchronous": lambda: _modules(is_asynchronous),
    "callouts": lambda: _importing(CALLOUTS),
}
