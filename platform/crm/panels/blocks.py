"""What stands in the main column of a record's page: the fields, panels and lists of what points here, in one order.

An administrator orders them by name: "details", a panel's name, or "list:deal.account".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from crm.pages.related import RelatedList, list_label, lists_named, related_list
from crm.panels.book import Drawn, Frame, Panel, draw_panel, panels_for
from kernel.access import Actor
from kernel.errors import Text
from kernel.registry import Entity, registry

DETAILS: Final = "details"


@dataclass(frozen=True)
class Block:
    """One of these as it is drawn; the others are nothing."""

    name: str
    details: bool = False
    panel: Drawn | None = None
    list: RelatedList | None = None


def panels_named(entity: Entity) -> Mapping[str, Panel]:
    return {panel.name: panel for panel in panels_for(entity) if panel.place == "main"}


def names_of(entity: Entity) -> Sequence[str]:
    """Every block of this entity's page: those that were put into an order, then the rest as they come."""
    known = dict.fromkeys((DETAILS, *panels_named(entity), *lists_named(entity)))
    return list(dict.fromkeys((*(name for name in entity.blocks if name in known), *known)))


def labels_of(entity: Entity, *, actor: Actor) -> dict[str, Text]:
    """The blocks that may show here, in their order, with what people call them: those of engines that are on."""
    panels, lists = panels_named(entity), lists_named(entity)
    on = {one.name for one in registry.entities_of(actor.engines)}
    found: dict[str, Text] = {}
    for name in names_of(entity):
        if name == DETAILS:
            found[name] = _("The record’s fields")
        elif name in panels:
            found[name] = panels[name].title
        elif lists[name][0].name in on:
            found[name] = list_label(*lists[name])
    return found


def draw_blocks(frame: Frame) -> list[Block]:
    """In their order; what is left out is not even asked for."""
    panels, lists = panels_named(frame.entity), lists_named(frame.entity)
    shown = (name for name in names_of(frame.entity) if name not in frame.entity.without_blocks)
    return [block for name in shown if (block := _draw(name, frame, panels, lists))]


def _draw(name: str, frame: Frame, panels: Mapping[str, Panel], lists: Mapping[str, Any]) -> Block | None:
    if name == DETAILS:
        return Block(name, details=True)
    if name in panels:
        drawn = draw_panel(frame, panels[name])
        return Block(name, panel=drawn) if drawn else None
    target, listed = lists[name]
    related = related_list(target, listed, frame.record, actor=frame.actor)
    return Block(name, list=related) if related else None
