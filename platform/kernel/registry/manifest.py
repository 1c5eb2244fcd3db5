"""An engine's manifest: data only, read by everything that mounts engines. Models are named, never imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from kernel.errors import Text
from kernel.registry.entities import ACTIONS, Entity


@dataclass(frozen=True)
class Permission:
    """A permission beside the entities' own, such as "identity.role.manage"."""

    code: str
    label: Text
    #: Level of a fresh role: {"manager": "all"}. Admins always have "all".
    levels: Mapping[str, str] = field(default_factory=dict)
    #: Where it holds although the workspace is not open: it changes no record. "closed" holds in a read-only one too.
    holds: Literal["open", "read_only", "closed"] = "open"


def permissions_of(entity: Entity) -> Iterator[Permission]:
    """One for each action; what only reads holds in a read-only workspace too."""
    for action in ACTIONS:
        levels = {role: acts[action] for role, acts in entity.levels.items() if action in acts}
        holds: Literal["open", "read_only"] = "read_only" if action in ("view", "export") else "open"
        yield Permission(entity.permission(action), entity.label_plural, levels, holds)


@dataclass(frozen=True)
class NavItem:
    """A place in the sidebar. `key` is the letter after G; `permission` hides what one may not see."""

    label: Text
    url: str
    icon: str = ""
    permission: str = ""
    key: str = ""


@dataclass(frozen=True)
class SettingsPage:
    """A page under Settings. `group` is one of organization, engines, people, data, personal."""

    label: Text
    url: str
    group: str
    permission: str = ""


@dataclass(frozen=True, kw_only=True)
class Module:
    """An engine. `urls` and `api_urls` are dotted paths to modules with `urlpatterns`; `jobs` maps a kind of job to
    a dotted path of `f(job) -> None`; `hears` maps an event's name to a dotted path of `f(event) -> None`."""

    name: str
    app: str
    label: Text
    tagline: Text = ""
    features: tuple[Text, ...] = ()
    icon: str = "puzzle"
    vendor: str = ""
    always_on: bool = False
    depends: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    permissions: tuple[Permission, ...] = ()
    nav: tuple[NavItem, ...] = ()
    settings_pages: tuple[SettingsPage, ...] = ()
    urls: str = ""
    api_urls: str = ""
    publishes: tuple[str, ...] = ()
    hears: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    #: Kinds of jobs that change no record (exports): they run in a workspace that is read-only or suspended too.
    reading_jobs: frozenset[str] = frozenset()
    price_key: str = ""
    #: Dotted path of `f(*, actor) -> None`, run in the transaction that switches the engine on for the first time.
    on_enable: str = ""
    #: Dotted path of `f(*, actor) -> None` that adds the engine's own to a demo workspace that has its customers.
    on_demo: str = ""
    #: False while the engine is announced but not built: shown in the catalogue, cannot be switched on.
    available: bool = True

    def __post_init__(self) -> None:
        # An entity belongs to the manifest that lists it; writing its engine twice would be one place too many.
        owned = tuple(replace(entity, engine=self.name) for entity in self.entities)
        object.__setattr__(self, "entities", owned)

    @property
    def app_label(self) -> str:
        return self.app.rpartition(".")[2]
