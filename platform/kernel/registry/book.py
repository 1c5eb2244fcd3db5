"""Where manifests are kept once discovered."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from functools import cached_property

from django.db.models import Model

from kernel.registry.entities import Entity, Listed
from kernel.registry.manifest import Module, Permission, permissions_of
from kernel.registry.overlay import current_overlay


class DuplicateName(ValueError):
    """Two engines or two entities claim one name."""


class UnknownName(LookupError):
    """No engine or entity of this name is installed."""


class Registry:
    """Filled once at start-up, by discovery; then only read. What a workspace adds lies over it while it is bound."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}
        self._entities: dict[str, Entity] = {}
        self._plurals: dict[str, Entity] = {}
        self._by_model: dict[str, str] = {}

    def register(self, module: Module) -> None:
        if module.name in self._modules:
            raise DuplicateName(f"Two engines are named {module.name!r}.")
        for entity in module.entities:
            if entity.name in self._entities or entity.plural in self._plurals:
                raise DuplicateName(f"Engine {module.name!r} names an entity {entity.name!r} that exists already.")
            self._entities[entity.name] = entity
            self._plurals[entity.plural] = entity
            self._by_model.setdefault(entity.model.lower(), entity.name)
        self._modules[module.name] = module
        for name in ("_permissions", "_settings_pages"):
            self.__dict__.pop(name, None)

    @property
    def modules(self) -> tuple[Module, ...]:
        return tuple(self._modules.values())

    @property
    def entities(self) -> tuple[Entity, ...]:
        here = current_overlay()
        return (*(here.entities.get(name, entity) for name, entity in self._entities.items()), *here.own)

    @property
    def installed_entities(self) -> tuple[Entity, ...]:
        """As engines describe them, the same in every workspace: what addresses are mounted for at start-up."""
        return tuple(self._entities.values())

    def module(self, name: str) -> Module:
        try:
            return self._modules[name]
        except KeyError:
            raise UnknownName(f"No engine is named {name!r}.") from None

    def entity(self, name: str | Entity) -> Entity:
        """The entity as this workspace has it. One that was cut down for somebody stays so."""
        if isinstance(name, Entity):
            if name.cut:
                return name
            name = name.name
        entity = current_overlay().entities.get(name) or self._entities.get(name)
        if entity is None:
            raise UnknownName(f"No entity is named {name!r}.")
        return entity

    def installed_entity(self, name: str) -> Entity:
        """The entity as its engine describes it."""
        try:
            return self._entities[name]
        except KeyError:
            raise UnknownName(f"No entity is named {name!r}.") from None

    def name_of(self, model: type[Model]) -> str:
        """The name of the entity whose records this model keeps."""
        return self._by_model[model._meta.label_lower]

    def by_plural(self, plural: str) -> Entity:
        entity = current_overlay().plurals.get(plural) or self._plurals.get(plural)
        if entity is None:
            raise UnknownName(f"No entity has the plural {plural!r}.")
        return entity

    def lists_on(self, name: str) -> tuple[tuple[Entity, Listed], ...]:
        """What is listed on the page of a record of this entity, by place, then in the order in which engines stand."""
        found = [
            (entity, listed)
            for entity in self.entities
            for listed in entity.listed_by
            if entity.field(listed.field).target == name
        ]
        return tuple(sorted(found, key=lambda one: one[1].position))

    def reading_jobs(self) -> frozenset[str]:
        return frozenset(kind for m in self.modules for kind in m.reading_jobs)

    def always_on(self) -> frozenset[str]:
        return frozenset(m.name for m in self.modules if m.always_on)

    def entities_of(self, engines: Iterable[str]) -> tuple[Entity, ...]:
        on = frozenset(engines) | self.always_on()
        return tuple(e for e in self.entities if e.engine in on)

    def is_setup(self, entity: Entity) -> bool:
        """Whether its list is a page under Settings: words to choose from, not what people work with."""
        return f"{entity.engine}:{entity.name}_list" in self._settings_pages

    @cached_property
    def _settings_pages(self) -> frozenset[str]:
        return frozenset(page.url for module in self.modules for page in module.settings_pages)

    @property
    def permissions(self) -> Mapping[str, Permission]:
        """Every permission by its code: six for each entity, and those that engines declare beside them."""
        own = current_overlay().permissions
        return ChainMap(dict(own), self._permissions) if own else self._permissions

    @cached_property
    def _permissions(self) -> dict[str, Permission]:
        found: dict[str, Permission] = {}
        for module in self.modules:
            found |= {p.code: p for entity in module.entities for p in permissions_of(entity)}
            for permission in module.permissions:
                if permission.code in found:
                    raise DuplicateName(f"Two permissions are named {permission.code!r}.")
                found[permission.code] = permission
        return found


registry = Registry()
