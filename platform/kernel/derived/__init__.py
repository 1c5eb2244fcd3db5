"""Fields that follow from others: formulas of one record, and roll-ups of the records that point to it.

Every write calls `settle` before it saves (formulas of the records themselves) and `spread` after (roll-ups of the
records they point to, formulas that look at them through a relation, and so on upwards), in the same transaction. What
is derived is no change of its own: no audit line, no event, no version; nobody's edit conflicts with it.
See docs/decisions/0017.
"""

from kernel.derived.graph import Node, cycle_in, needed_by
from kernel.derived.plans import current_plans, scope_of, setting_of_workspace
from kernel.derived.refilling import ensure_nightly, refill, refill_all, refill_readers
from kernel.derived.writing import Touched, settle, spread

__all__ = [
    "Node", "Touched", "current_plans", "cycle_in", "ensure_nightly", "needed_by", "refill", "refill_all",
    "refill_readers", "scope_of", "setting_of_workspace", "settle", "spread",
]  # fmt: skip
