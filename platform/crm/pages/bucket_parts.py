"""What a group is: the field it is gathered by, its key, its count and sums."""

from dataclasses import dataclass, field
from decimal import Decimal

from kernel.registry import Field

EMPTY = "-"


@dataclass(frozen=True)
class By:
    """A field to gather by; of a date, the period."""

    field: Field
    period: str = ""

    @property
    def param(self) -> str:
        return f"{self.field.name}:{self.period}" if self.period else self.field.name


@dataclass
class Bucket:
    """`key` names it in an address. Sums by field and currency, with how many values were added up."""

    key: str
    label: str
    count: int = 0
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
