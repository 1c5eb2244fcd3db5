"""One box over everything that one may see; see docs/decisions/0016."""

import kernel.query  # noqa: F401 — it suggests by searching, so whichever is asked for first, this one is ready
from kernel.search.find import Hit, find
from kernel.search.matching import Said, Tier, Verdict, judge, said_by
from kernel.search.shown import Shown, show
from kernel.search.typed import Typed, meant, read

__all__ = ["Hit", "Said", "Shown", "Tier", "Typed", "Verdict", "find", "judge", "meant", "read", "said_by", "show"]
