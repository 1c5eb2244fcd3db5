"""Which panels there are, and for which records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar

from kernel.access import Actor
from kernel.errors import Text
from kernel.registry import Entity

T = TypeVar("T")


@dataclass(frozen=True)
class Frame:
    """What every panel is drawn for: who looks at which record, and whether they may change it."""

    actor: Actor
    entity: Entity
    record: Any
    may_change: bool
    #: What was read for this page already.
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, read: Callable[[], T]) -> T:
        """What several parts of a page show is read for the first of them."""
        if key not in self.memo:
            self.memo[key] = read()
        found: T = self.memo[key]
        return found

    @property
    def place(self) -> str:
        """Where what is added to this record is sent."""
        return f"/records/{self.entity.name}/{self.record.pk}/"


@dataclass(frozen=True)
class Panel:
    """`context` answers what the template shows, or None where there is nothing to show; its queries do not grow with
    what hangs on the record. `entities` are names; without any it is for every record that may carry tags."""

    name: str
    title: Text
    template: str
    context: Callable[[Frame], Mapping[str, Any] | None]
    entities: frozenset[str] = frozenset()
    icon: str = ""
    #: "head" stands in the page's header, "main" in the column of panels.
    place: str = "main"

    def serves(self, entity: Entity) -> bool:
        return entity.name in self.entities if self.entities else bool(entity.asides)


@dataclass(frozen=True)
class Drawn:
    panel: Panel
    p: Mapping[str, Any]


#: Modules of panels, in the order in which they stand where nobody says otherwise.
MODULES: Final = ("tier", "tags", "reach", "ties", "map", "life_events", "holdings", "files")


@cache
def _panels() -> tuple[Panel, ...]:
    return tuple(import_module(f"crm.panels.{name}").panel for name in MODULES)


def panels_for(entity: Entity) -> tuple[Panel, ...]:
    return tuple(panel for panel in _panels() if panel.serves(entity))


def panel_named(name: str) -> Panel:
    return next(panel for panel in _panels() if panel.name == name)


def draw_panel(frame: Frame, panel: Panel) -> Drawn | None:
    context = panel.context(frame)
    return None if context is None else Drawn(panel, context)


def draw_panels(frame: Frame, place: str) -> Sequence[Drawn]:
    panels = (panel for panel in panels_for(frame.entity) if panel.place == place)
    return [drawn for panel in panels if (drawn := draw_panel(frame, panel))]
