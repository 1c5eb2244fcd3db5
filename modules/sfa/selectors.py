"""What the Sales engine reads for blank records."""

from collections.abc import Mapping
from typing import Any

from kernel.access import Actor
from kernel.money_input import home_currency
from modules.sfa.models import Pipeline, Stage


def default_pipeline(actor: Actor, values: Mapping[str, Any]) -> Pipeline | None:
    """The pipeline of the stage that was chosen, else the organization's own choice."""
    if stage := values.get("stage"):
        return Pipeline(pk=stage.pipeline_id)
    pipelines = Pipeline.objects.order_by("-is_default", "position", "id")
    return pipelines.first()


def first_stage(actor: Actor, values: Mapping[str, Any]) -> Stage | None:
    pipeline = values.get("pipeline") or default_pipeline(actor, values)
    return Stage.objects.filter(pipeline=pipeline).order_by("position", "id").first() if pipeline else None


def default_currency(actor: Actor, values: Mapping[str, Any]) -> str:
    return home_currency() or "EUR"
