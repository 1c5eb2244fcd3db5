"""The reviewed list of everything through which one workspace could reach another, and what the code has in fact."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from kernel.registry import Entity, registry
from tests.isolation.planting import OWN_PLURAL

FILE = Path(__file__).parent / "inventory.toml"
URLCONFS = {"workspace": "config.urls_workspace", "public": "config.urls_public", "console": "config.urls_console"}
RECORDS, RECORD = "<records>", "<record>"
_PLACE = re.compile(r"^(api/v1/)?([^/]+)(/.*)$")


@cache
def inventory() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def listed(kind: str) -> dict[str, Any]:
    return inventory().get(kind, {})


def entity_of(route: str) -> Entity | None:
    """The entity whose records stand at this address, if any do."""
    found = _PLACE.match(route)
    return next((e for e in registry.entities if found and e.plural == found[2]), None)


def generic(route: str) -> str:
    """The address as it is made for every entity: "accounts/<uuid:pk>/" is "<records>/<uuid:pk>/"."""
    if entity_of(route) is None:
        return route
    return _PLACE.sub(lambda found: f"{found[1] or ''}{RECORDS}{found[3]}", route)


def routes_on(host: str) -> dict[str, Any]:
    shared = {} if host == "public" else listed("routes")["entrance"]
    return {**shared, **listed("routes")[host]}


def entry_for(host: str, route: str) -> dict[str, Any] | None:
    """What is written about an address: by its own name, or by the name that all entities share."""
    routes = routes_on(host)
    if route in routes:
        return dict(routes[route])
    if (shared := generic(route)) not in routes or (entity := entity_of(route)) is None:
        return None
    label = entity.model_class._meta.label
    filled: dict[str, Any] = routes[shared]
    return {
        **filled,
        "access": filled["access"].replace(RECORD, f"{entity.engine}.{entity.name}"),
        "aim": filled.get("aim", "").replace(RECORD, label),
    }


def generic_operation(name: str) -> str:
    """ "accounts_list" is "<records>_list"; what is written down by its own name keeps it."""
    if name in listed("operations"):
        return name
    plurals = (OWN_PLURAL, *(entity.plural for entity in registry.entities))
    plural = next((one for one in plurals if name.startswith(f"{one}_")), "")
    return f"{RECORDS}{name.removeprefix(plural)}" if plural else name
