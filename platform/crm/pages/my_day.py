"""Panels of "My day". An engine offers its own in a module `my_day` beside its manifest: `panels(*, actor)`.

The customer base asks the engines that are on, and knows none of them.
"""

from dataclasses import dataclass, field

from crm.offers import offered
from kernel.access import Actor
from kernel.errors import Text


@dataclass(frozen=True)
class Line:
    """A record that waits: its name, why, and what it is about at the end of the line."""

    title: str
    url: str
    why: str = ""
    end: str = ""
    #: "bad" or "warn" where it is late or lacks something.
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    title: Text
    icon: str
    lines: list[Line] = field(default_factory=list)
    count: int = 0
    all_url: str = ""
    empty: Text = ""


def panels_for(actor: Actor) -> list[Panel]:
    return [panel for offer in offered("my_day", actor=actor) for panel in offer.panels(actor=actor)]
