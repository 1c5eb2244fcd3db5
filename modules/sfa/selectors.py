"""What the Sales engine reads for blank records."""

from kernel.access import Actor
from kernel.context import require_tenant
from modules.sfa.models import Pipeline, Stage


def default_pipeline(actor: Actor) -> Pipeline | None:
    pipelines = Pipeline.objects.order_by("-is_default", "position", "id")
    return pipelines.first()


def first_stage(actor: Actor) -> Stage | None:
    pipeline = default_pipeline(actor)
    return Stage.objects.filter(pipeline=pipeline).order_by("position", "id").first() if pipeline else None


def default_currency(actor: Actor) -> str:
    return str(require_tenant().preferences.get("currency") or "EUR")
