"""Where manifests are kept once discovered."""

from collections.abc import Iterable
from functools import cached_property

from kernel.registry.entities import ACTIONS, Entity, Listed
from kernel.registry.manifest import Module, Permission


class DuplicateName(ValueError):
    """Two engines or two entities claim one name."""


class UnknownName(LookupError):
    """No engine or entity of this name is installed."""


class Registry:
    """Filled once at start-up, by discovery; then only read."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}
        self._entities: dict[str, Entity] = {}
        self._plurals: dict[str, Entity] = {}

    def register(self, module: Module) -> None:
        if module.name in self._modules:
            raise DuplicateName(f"Two engines are named {module.name!r}.")
        for entity in module.entities:
            if entity.name in self._entities or entity.plural in self._plurals:
                raise DuplicateName(f"Engine {module.name!r} names an entity {entity.name!r} that exists already.")
            self._entities[entity.name] = entity
            self._plurals[entity.plural] = entity
        self._modules[module.name] = module
        self.__dict__.pop("permissions", None)

    @property
    def modules(self) -> tuple[Module, ...]:
        return tuple(self._modules.values())

    @property
    def entities(self) -> tuple[Entity, ...]:
        return tuple(self._entities.values())

    def module(self, name: str) -> Module:
        try:
            return self._modules[name]
        except KeyError:
            raise UnknownName(f"No engine is named {name!r}.") from None

    def entity(self, name: str | Entity) -> Entity:
        if isinstance(name, Entity):
            return name
        try:
            return self._entities[name]
        except KeyError:
            raise UnknownName(f"No entity is named {name!r}.") from None

    def by_plural(self, plural: str) -> Entity:
        try:
            return self._plurals[plural]
        except KeyError:
            raise UnknownName(f"No entity has the plural {plural!r}.") from None

    def lists_on(self, name: str) -> tuple[tuple[Entity, Listed], ...]:
        """What is listed on the page of a record of this entity, in the order in which engines stand."""
        return tuple(
            (entity, listed)
            for entity in self.entities
            for listed in entity.listed_by
            if entity.field(listed.field).target == name
        )

    def reading_jobs(self) -> frozenset[str]:
        return frozenset(kind for m in self.modules for kind in m.reading_jobs)

    def always_on(self) -> frozenset[str]:
        return frozenset(m.name for m in self.modules if m.always_on)

    def entities_of(self, engines: Iterable[str]) -> tuple[Entity, ...]:
        on = frozenset(engines) | self.always_on()
        return tuple(e for e in self.entities if e.engine in on)

    @cached_property
    def permissions(self) -> dict[str, Permission]:
        """Every permission by its code: six for each entity, and those that engines declare beside them."""
        found: dict[str, Permission] = {}
        for module in self.modules:
            for entity in module.entities:
                for action in ACTIONS:
                    levels = {role: acts[action] for role, acts in entity.levels.items() if action in acts}
                    code = entity.permission(action)
                    reads = action in ("view", "export")
                    found[code] = Permission(code, entity.label_plural, levels, "read_only" if reads else "open")
            for permission in module.permissions:
                if permission.code in found:
                    raise DuplicateName(f"Two permissions are named {permission.code!r}.")
                found[permission.code] = permission
        return found


registry = Registry()
