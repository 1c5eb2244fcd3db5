"""Parts of a workspace's schema and the version of each: a hash over everything that decides its tables."""

import hashlib
from functools import cache
from importlib import import_module
from pathlib import Path

import django
from django.db.migrations.loader import MigrationLoader

from kernel.functions import ALL_SQL
from kernel.registry import Module, registry
from tenants.router import core_labels

CORE = "core"


def engines() -> tuple[Module, ...]:
    """Engines that have tables of their own, each after those it stands on."""
    found = {m.name: m for m in registry.modules if not m.always_on and m.available}
    ordered: dict[str, Module] = {}

    def place(module: Module) -> None:
        for name in module.depends:
            if name in found:
                place(found[name])
        ordered.setdefault(module.name, module)

    for module in found.values():
        place(module)
    return tuple(ordered.values())


def parts() -> tuple[str, ...]:
    return (CORE, *(module.name for module in engines()))


def labels_of_part(part: str) -> frozenset[str]:
    return core_labels() if part == CORE else frozenset({registry.module(part).app_label})


def _migration_files(label: str) -> list[Path]:
    name, _ = MigrationLoader.migrations_module(label)
    if name is None:
        return []
    try:
        module = import_module(name)
    except ModuleNotFoundError:
        return []
    return [path for folder in module.__path__ for path in sorted(Path(folder).glob("*.py"))]


@cache
def version_of(part: str) -> str:
    """Changes whenever a migration of the part, one it stands on, or our SQL functions do."""
    digest = hashlib.sha256(f"2 {django.get_version()} {''.join(ALL_SQL)}".encode())
    if part != CORE:
        digest.update(version_of(CORE).encode())
        for name in registry.module(part).depends:
            if not registry.module(name).always_on:
                digest.update(version_of(name).encode())
    digest.update(files_digest(labels_of_part(part)).encode())
    return digest.hexdigest()[:32]


def migrations_of(part: str) -> dict[str, str]:
    """A hash of each migration of the part, and of who turns it into SQL, by "app.name"."""
    return {
        f"{label}.{path.stem}": hashlib.sha256(django.get_version().encode() + path.read_bytes()).hexdigest()[:32]
        for label in sorted(labels_of_part(part))
        for path in _migration_files(label)
        if path.stem != "__init__"
    }


def files_digest(labels: frozenset[str]) -> str:
    """A hash over the migration files of these apps."""
    digest = hashlib.sha256()
    for label in sorted(labels):
        for path in _migration_files(label):
            digest.update(f"{label}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()
