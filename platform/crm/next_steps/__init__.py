"""What to do next about a record: proposed with a reason, by the customer base and by the engines that are on."""

from crm.next_steps.book import Act, Step, steps_for

__all__ = ["Act", "Step", "steps_for"]
