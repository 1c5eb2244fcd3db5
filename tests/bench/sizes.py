"""How much each bench builds and how often it measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    name: str
    #: Workspaces present beside those that are measured, and the seconds that may go into building them.
    tenants: int
    building: float
    sign_ups: int
    #: Times that something is done that takes a tenth of a second or so: switching an engine, a first request.
    samples: int
    #: The same for what takes the library seconds.
    library: int
    #: Workspaces that one connection goes through.
    touched: int
    #: Contacts, and as many deals, in the workspace that is exported and restored.
    archived: int
    #: Rows of the synthetic import.
    import_rows: int
    accounts: int
    contacts: int
    deals: int
    #: Times that a page is asked for.
    repeats: int
    bulk_rows: int
    switches: int
    #: Contacts of the workspace that is searched, with a fifth as many accounts and three tenths as many deals.
    searched: int


FULL = Size("full", 1_000, 900, 60, 40, 5, 200, 20_000, 100_000, 20_000, 100_000, 100_000, 40, 10_000, 2_000, 1_000_000)
SMALL = Size("small", 50, 120, 20, 10, 1, 40, 2_000, 20_000, 2_000, 10_000, 10_000, 20, 5_000, 500, 50_000)
TINY = Size("tiny", 3, 30, 3, 2, 1, 2, 20, 40, 10, 60, 60, 2, 20, 5, 100)
SIZES = {size.name: size for size in (FULL, SMALL, TINY)}
