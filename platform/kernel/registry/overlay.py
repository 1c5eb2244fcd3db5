"""What one workspace adds to the registry: fields of its own on our entities, and entities of its own.

Whoever keeps the definitions (crm.customization) says here how they are read. They are read once for as long as a
workspace stays bound, so that a change made elsewhere counts from the next request on, and never leaks into another's.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from kernel.context import binding_memory, get_tenant
from kernel.registry.entities import Entity
from kernel.registry.manifest import Permission, permissions_of

_KEY = "registry overlay"


@dataclass(frozen=True)
class Overlay:
    """Entities by name: ours as this workspace changed them, and its own."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    #: Tells one state of one workspace's definitions from every other; None where nothing is added.
    stamp: UUID | None = None

    @cached_property
    def own(self) -> tuple[Entity, ...]:
        return tuple(entity for entity in self.entities.values() if entity.is_own)

    @cached_property
    def permissions(self) -> Mapping[str, Permission]:
        return {permission.code: permission for entity in self.own for permission in permissions_of(entity)}

    @cached_property
    def plurals(self) -> Mapping[str, Entity]:
        return {entity.plural: entity for entity in self.entities.values()}


NOTHING = Overlay()
_loaders: list[Callable[[], Overlay]] = []


def read_overlay_by(loader: Callable[[], Overlay]) -> None:
    """Register the one loader; it runs inside the workspace's transaction and may keep what its stamp vouches for."""
    _loaders[:] = [loader]


def current_overlay() -> Overlay:
    """The bound workspace's overlay; nothing where none is bound, or while tables are being made."""
    tenant = get_tenant()
    if tenant is None or tenant.is_public or tenant.operator or not _loaders:
        return NOTHING
    memory = binding_memory()
    if _KEY not in memory:
        memory[_KEY] = NOTHING  # while the loader runs, and asks the registry itself
        try:
            memory[_KEY] = _loaders[0]()
        except BaseException:
            del memory[_KEY]
            raise
    found: Overlay = memory[_KEY]
    return found


def forget_overlay() -> None:
    """Read it again: the definitions were changed just now."""
    binding_memory().pop(_KEY, None)


@contextmanager
def with_overlay(overlay: Overlay) -> Iterator[None]:
    """Try definitions out before they are saved."""
    memory = binding_memory()
    before = memory.get(_KEY)
    memory[_KEY] = overlay
    try:
        yield
    finally:
        if before is None:
            memory.pop(_KEY, None)
        else:
            memory[_KEY] = before
