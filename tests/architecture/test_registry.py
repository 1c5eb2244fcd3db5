"""What manifests promise is there: pages of every entity, addresses of every place in the navigation, the API."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, get_resolver, reverse

from kernel.ids import uuid7
from kernel.registry import Entity, Module, NavItem, SettingsPage, registry
from tests.architecture.sources import files, name_of
from tests.architecture.test_views import URLCONFS, walk

TAG = re.compile(r"""{%-?\s*url\s+["']([^"']+)["']""")
WORKSPACE = "config.urls_workspace"
LIST_PAGES = ("list", "create", "bulk", "export", "columns")
RECORD_PAGES = ("detail", "edit", "delete")
BOARD_PAGES = ("board", "move")

entities = pytest.mark.parametrize("entity", registry.entities, ids=lambda e: e.name)


def _finds(name: str, *args: Any) -> bool:
    try:
        reverse(name, args=args, urlconf=WORKSPACE)
    except NoReverseMatch:
        return False
    return True


@entities
def test_every_entity_has_its_pages(entity: Entity) -> None:
    if not entity.pages:
        pytest.skip("Lives inside pages made by hand.")
    here = f"{entity.engine}:{entity.name}"
    pages = (*LIST_PAGES, *(BOARD_PAGES if entity.board else ()))
    missing = [page for page in pages if not _finds(f"{here}_{page}")]
    missing += [page for page in RECORD_PAGES if not _finds(f"{here}_{page}", uuid7())]
    assert not missing


@entities
def test_every_entity_has_its_api(entity: Entity) -> None:
    names = ["record", "history"]
    assert _finds(f"api-{entity.name}-list")
    assert all(_finds(f"api-{entity.name}-{name}", str(uuid7())) for name in names)


@entities
def test_every_permission_of_an_entity_is_known(entity: Entity) -> None:
    acts = ("view", "add", "change", "delete", "import", "export")
    assert {entity.permission(action) for action in acts} <= set(registry.permissions)


def _places(module: Module) -> list[NavItem | SettingsPage]:
    return [*module.nav, *module.settings_pages]


def test_every_place_of_the_navigation_is_there() -> None:
    lost = [
        f"{module.name}: {place.url}"
        for module in registry.modules
        for place in _places(module)
        if not _finds(place.url)
    ]
    assert not lost


def test_keys_of_the_navigation_are_given_once() -> None:
    keys = [place.key for module in registry.modules for place in module.nav if place.key]
    assert len(keys) == len(set(keys))


def test_every_address_named_in_a_template_exists() -> None:
    known = set()
    for urlconf in URLCONFS:
        known |= _names(get_resolver(urlconf))
    lost = sorted(
        f"{name_of(path)}: {name}"
        for path in files(".html", ".txt")
        for name in set(TAG.findall(path.read_text(encoding="utf-8"))) - known
    )
    assert not lost


def _names(resolver: Any, prefix: str = "") -> set[str]:
    found = set()
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= _names(pattern, inner)
        elif pattern.name:
            found.add(prefix + pattern.name)
    return found


def test_no_address_is_mounted_twice() -> None:
    """The second would never be reached."""
    for urlconf in URLCONFS:
        routes = [route for route, _pattern in walk(get_resolver(urlconf).url_patterns)]
        assert not {route for route in routes if routes.count(route) > 1}


def test_the_systems_own_checks_pass() -> None:
    """Two tell of a front-end that is not built; whoever needs it built says so in words of its own."""
    silenced = {*settings.SILENCED_SYSTEM_CHECKS, "staticfiles.W004", "django_vite.W001"}
    assert [found for found in checks.run_checks() if found.id not in silenced] == []
