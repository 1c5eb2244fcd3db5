"""The frame's places, read from the engines' manifests: what is on, and what the reader may open."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from frontend.shell import CreateItem, NavGroup, NavItem, Person, Shell, Workspace
from kernel.access import Actor, may_add
from kernel.context import PUBLIC_TENANT, Tenant
from kernel.errors import Text
from kernel.registry import Module, registry
from kernel.registry.overlay import current_overlay

SETTINGS_GROUPS: Final[tuple[tuple[str, Text], ...]] = (
    ("organization", _("Organization")),
    ("engines", _("Engines and billing")),
    ("people", _("People")),
    ("data", _("Data")),
    ("personal", _("You")),
)


def _actor(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)


def _modules_on(actor: Actor) -> list[Module]:
    return [m for m in registry.modules if m.always_on or m.name in actor.engines]


def _address(name: str) -> str:
    """The address of a named view; "" where this host does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_current(request: HttpRequest, url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(url))


def _is_open(permission: str, actor: Actor, request: HttpRequest) -> bool:
    """What asks for no permission is everybody's, where the workspace is not closed."""
    if permission:
        return actor.may(permission)
    tenant: Tenant | None = getattr(request, "tenant", None)
    return tenant is None or not tenant.closed


def navigation(request: HttpRequest) -> list[NavGroup]:
    actor = _actor(request)
    if actor is None:
        return []
    base: list[NavItem] = []
    groups: list[NavGroup] = []
    for module in _modules_on(actor):
        items = [
            NavItem(str(item.label), url, item.icon, item.key.upper(), None, _is_current(request, url))
            for item in module.nav
            if _is_open(item.permission, actor, request) and (url := _address(item.url))
        ]
        if module.always_on:
            base += items
            base += _own_places(request, actor) if module.name == "crm" else []
        elif items:
            groups.append(NavGroup(items, str(module.label), module.icon))
    return [NavGroup(base), *groups]


def _own_places(request: HttpRequest, actor: Actor) -> list[NavItem]:
    """Lists of the entities that the organization made itself."""
    found = []
    for entity in current_overlay().own:
        if entity.pages and entity.in_navigation and actor.may(entity.permission("view")):
            url = reverse("crm:own_list", args=[entity.plural])
            label = str(entity.label_plural)
            found.append(NavItem(label, url, entity.icon, "", None, _is_current(request, url)))
    return found


def creatable(request: HttpRequest) -> list[CreateItem]:
    actor = _actor(request)
    if actor is None:
        return []
    keys = {item.url: item.key.upper() for module in _modules_on(actor) for item in module.nav}
    found = []
    for module in _modules_on(actor):
        for entity in module.entities:
            url = _address(f"{entity.engine}:{entity.name}_create") if entity.pages else ""
            key = keys.get(f"{entity.engine}:{entity.name}_list", "")
            if url and key and may_add(entity, actor):
                found.append(CreateItem(str(entity.label), url, key, entity.icon))
    for entity in current_overlay().own:
        if entity.in_navigation and may_add(entity, actor):
            url = reverse("crm:own_create", args=[entity.plural])
            found.append(CreateItem(str(entity.label), url, "", entity.icon))
    return found


def fill(request: HttpRequest, shell: Shell) -> None:
    tenant = getattr(request, "tenant", None)
    if tenant is not None and tenant != PUBLIC_TENANT:
        shell.workspace = Workspace(tenant.name, tenant.name[:1])
    user = getattr(request, "user", None)
    if _actor(request) is not None and user is not None:
        initials = "".join(word[0] for word in user.name.split()[:2])
        profile = "" if tenant is not None and tenant.closed else _address("identity:profile")
        shell.person = Person(user.name, initials, user.email or "", profile)
    shell.settings_url = shell.settings_url or _first_of_settings(request)
    shell.sign_in_url, shell.sign_out_url = _address("account_login"), _address("account_logout")
    shell.language_url = _address("identity_language") or shell.language_url


def _first_of_settings(request: HttpRequest) -> str:
    """Engines for who may switch them, for others the first page that opens to them; never a refusal."""
    pages = [item.url for group in _settings_groups(request) for item in group.items]
    engines = _address("tenants:engines")
    return engines if engines in pages else next(iter(pages), "")


def settings_nav(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `settings_nav`, the side list of the Settings layout; empty elsewhere."""
    if not request.path.startswith(("/settings/", "/auth/", *_set_up_elsewhere())):
        return {"settings_nav": []}
    return {"settings_nav": SimpleLazyObject(lambda: _settings_groups(request))}


def _set_up_elsewhere() -> tuple[str, ...]:
    """Addresses of entities' lists that are pages of the settings, such as /tags/."""
    lists = (_address(f"{entity.engine}:{entity.name}_list") for entity in registry.installed_entities
             if entity.pages and registry.is_setup(entity))  # fmt: skip
    return tuple(filter(None, lists))


def _settings_groups(request: HttpRequest) -> list[NavGroup]:
    actor = _actor(request)
    if actor is None:
        return []
    # Changing a password or a second step happens below /auth/ and belongs to "Sign-in and security".
    own, security = request.path.startswith("/auth/"), _address("identity:security")
    groups = []
    for key, label in SETTINGS_GROUPS:
        items = [
            NavItem(str(page.label), url, current=_is_current(request, url) or (own and url == security))
            for module in _modules_on(actor)
            for page in module.settings_pages
            if page.group == key and _is_open(page.permission, actor, request) and (url := _address(page.url))
        ]
        if items:
            groups.append(NavGroup(items, str(label)))
    return groups
