"""What a proposal is made of."""

from dataclasses import dataclass
from typing import Literal

from kernel.errors import Text


@dataclass(frozen=True)
class Act:
    """The one thing that is offered: a page to open, a drawer to fill in, or something done at once."""

    label: Text
    url: str
    how: Literal["open", "drawer", "post"] = "open"


@dataclass(frozen=True)
class Step:
    """`key` tells it from the others of this record, for putting it away; the lowest `rank` stands first."""

    key: str
    text: str
    why: str = ""
    act: Act | None = None
    icon: str = "sparkles"
    rank: int = 50
