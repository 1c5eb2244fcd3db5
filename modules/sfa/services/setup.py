"""What a workspace starts with when Sales is switched on for the first time."""

from django.utils.translation import gettext as _

from kernel.access import Actor
from kernel.records import create_record
from modules.sfa.enums import StageKind
from modules.sfa.models import Pipeline


def make_defaults(*, actor: Actor) -> None:
    """One pipeline with six stages, named in the language that is active (the organization's)."""
    if Pipeline.objects.exists():
        return
    pipeline = create_record("pipeline", actor=actor, values={"name": _("Sales pipeline"), "is_default": True})
    stages = (
        ("prospecting", _("Prospecting"), StageKind.OPEN, 10),
        ("engaging", _("Engaging"), StageKind.OPEN, 30),
        ("proposal", _("Proposal"), StageKind.OPEN, 50),
        ("negotiation", _("Negotiation"), StageKind.OPEN, 75),
        ("won", _("Won"), StageKind.WON, 100),
        ("lost", _("Lost"), StageKind.LOST, 0),
    )
    for position, (key, name, kind, probability) in enumerate(stages, start=1):
        values = {"pipeline": pipeline, "key": key, "name": name, "kind": kind, "probability": probability}
        create_record("stage", actor=actor, values={**values, "position": position})
