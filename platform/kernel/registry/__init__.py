"""The registry: every engine and every entity of this installation, by name.

from kernel.registry import registry
registry.entity("deal").all_fields["amount"].label
"""

from kernel.registry.book import DuplicateName, Registry, UnknownName, registry
from kernel.registry.entities import ACTIONS, FIELD_LEVELS, LEVELS, Board, Entity, Listed, Section
from kernel.registry.fields import F, Field, Rollup
from kernel.registry.manifest import Module, NavItem, Permission, SettingsPage

__all__ = [
    "ACTIONS", "FIELD_LEVELS", "LEVELS", "Board", "DuplicateName", "Entity", "F", "Field", "Listed", "Module",
    "NavItem", "Permission", "Registry", "Rollup", "Section", "SettingsPage", "UnknownName", "registry",
]  # fmt: skip
