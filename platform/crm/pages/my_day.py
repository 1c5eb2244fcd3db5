"""Panels of "My day". An engine offers its own in a module `my_day` beside its manifest: `panels(*, actor)`.

The customer base asks the engines that are on, and knows none of them.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.offers import offered
from kernel import formats
from kernel.access import Actor
from kernel.errors import Text

#: A panel counts so far and no further: "1,000+".
MOST_COUNTED = 1_000


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
    #: Counted up to one more than `MOST_COUNTED`.
    count: int = 0
    all_url: str = ""
    empty: Text = ""

    @property
    def number(self) -> str:
        return _("%s+") % formats.num(MOST_COUNTED) if self.count > MOST_COUNTED else formats.num(self.count)


def panels_for(actor: Actor) -> list[Panel]:
    return [panel for offer in offered("my_day", actor=actor) for panel in offer.panels(actor=actor)]
