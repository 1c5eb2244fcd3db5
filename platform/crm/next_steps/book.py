"""Proposals on a record's page. An engine offers its own in a module `next_steps` beside its manifest: `steps(frame)`.

Each provider gives a line or two, in queries whose number does not hang on what the record has.
"""

from typing import Final

from crm.next_steps.customers import steps as own_steps
from crm.next_steps.step import Act, Step
from crm.offers import offered
from crm.panels import Frame
from crm.services.next_steps import put_away_by

__all__ = ["Act", "Step", "steps_for"]
MOST: Final = 3


def steps_for(frame: Frame) -> list[Step]:
    """The most urgent ones that this person has not put away."""
    found = own_steps(frame)
    for module in offered("next_steps", actor=frame.actor):
        found += module.steps(frame)
    away = put_away_by(frame.record.pk, actor=frame.actor) if found else frozenset()
    return sorted((step for step in found if step.key not in away), key=lambda step: step.rank)[:MOST]
