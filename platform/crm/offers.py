"""What engines offer to the customer base: each in a module beside its manifest, such as `my_day` or `timeline`.

The customer base asks the engines that are on, and knows none of them.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from kernel.access import Actor
from kernel.registry import registry


@cache
def _module(app: str, name: str) -> Any:
    return import_module(f"{app}.{name}") if find_spec(f"{app}.{name}") else None


def offered(name: str, *, actor: Actor) -> list[Any]:
    """The modules of this name of the engines that are on, in the order in which engines stand."""
    engines = [m for m in registry.modules if m.name in actor.engines and not m.always_on]
    return [module for engine in engines if (module := _module(engine.app, name))]
