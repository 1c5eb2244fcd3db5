from typing import Any

from django.utils.text import slugify

from kernel.access import Actor
from modules.sfa.enums import StageKind
from modules.sfa.models import Stage


def prepare_stage(stage: Stage, changed: set[str], actor: Actor) -> None:
    """A stage is known to files by its code; a closed stage is certain either way."""
    if not stage.key:
        stage.key = slugify(stage.name)[:50]
    certain: dict[Any, int] = {StageKind.WON: 100, StageKind.LOST: 0}
    stage.probability = certain.get(stage.kind, stage.probability)
