"""Panels of "My day". An engine offers its own in a module `my_day` beside its manifest: `panels(*, actor)`.

The customer base asks the engines that are on, and knows none of them.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext as _

from kernel import formats
from kernel.access import Actor
from kernel.errors import Text
from kernel.registry import registry

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


@cache
def _offers(app: str) -> Any:
    return import_module(f"{app}.my_day") if find_spec(f"{app}.my_day") else None


def panels_for(actor: Actor) -> list[Panel]:
    modules = [m for m in registry.modules if m.name in actor.engines and not m.always_on]
    return [panel for m in modules if (offer := _offers(m.app)) for panel in offer.panels(actor=actor)]
