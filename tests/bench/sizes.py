"""How much each bench builds and how often it measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    name: str
    #: Workspaces present beside the one that signs up, and the seconds that may go into building them.
    tenants: int
    building: float
    sign_ups: int
    #: Rows of the synthetic import.
    import_rows: int
    accounts: int
    contacts: int
    deals: int
    #: Times that a page is asked for.
    repeats: int
    bulk_rows: int
    switches: int


FULL = Size("full", 1_000, 360, 60, 100_000, 20_000, 100_000, 100_000, 40, 10_000, 2_000)
SMALL = Size("small", 50, 120, 60, 20_000, 2_000, 10_000, 10_000, 20, 5_000, 500)
TINY = Size("tiny", 2, 30, 3, 40, 10, 60, 60, 2, 20, 5)
SIZES = {size.name: size for size in (FULL, SMALL, TINY)}
