"""Which engines are installed: always-on parts, folders of `modules/`, and packages that offer the entry point.

Django needs the list of apps before any of them is loaded, so this looks at folders and entry points only;
`load_manifests` imports the manifests later, when apps are ready.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from kernel.registry.book import registry
from kernel.registry.manifest import Module

GROUP = "peyvand.modules"
CORE = ("identity", "tenants", "crm")


@cache
def _engine_folders() -> tuple[str, ...]:
    root = Path(import_module("modules").__path__[0])
    return tuple(sorted(f"modules.{path.parent.name}" for path in root.glob("*/module.py")))


@cache
def _third_parties() -> tuple[str, ...]:
    """App paths offered by installed packages, e.g. `field_service = "field_service"`."""
    return tuple(sorted(point.value for point in entry_points(group=GROUP)))


def installed_apps() -> tuple[str, ...]:
    """Django apps of the engines that can be switched on."""
    return (*_engine_folders(), *_third_parties())


def load_manifests() -> None:
    """Import every manifest into the registry; idempotent."""
    known = {module.name for module in registry.modules}
    for path in (*CORE, *installed_apps()):
        manifest: Module = import_module(f"{path}.module").manifest
        if manifest.name not in known:
            registry.register(manifest)
