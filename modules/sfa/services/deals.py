"""What follows from a change of a deal. No queries here: single and bulk writes both pass through."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.access import Actor
from kernel.errors import Invalid
from modules.sfa.enums import StageKind
from modules.sfa.models import Deal

_CLOSED = (StageKind.WON, StageKind.LOST)


def prepare_deal(deal: Deal, changed: set[str], actor: Actor) -> None:
    """Keep what the stage implies in step with it, and give an unnamed deal a name people recognise."""
    if "pipeline" in changed and deal.stage.pipeline_id != deal.pipeline_id:
        raise Invalid.one(
            "stage", "other_pipeline", _("This stage belongs to another pipeline. Choose one of its own.")
        )
    if "stage" in changed:
        deal.pipeline_id = deal.stage.pipeline_id
        deal.kind = deal.stage.kind
        if "probability" not in changed:
            deal.probability = deal.stage.probability
        if deal.kind in _CLOSED:
            deal.closed_at = deal.closed_at or timezone.now()
            deal.close_date = deal.close_date or timezone.localdate()
        else:
            deal.closed_at = None
    if not deal.name:
        parts = [str(part) for part in (deal.account, deal.product) if part]
        deal.name = " – ".join(parts) or deal.reference or str(_("New deal"))


def deal_events(deal: Deal, before: Mapping[str, Any] | None) -> list[tuple[str, dict[str, Any]]]:
    """`sfa.deal_won` and `sfa.deal_lost`, once, when a deal comes to such a stage."""
    if deal.kind not in _CLOSED or (before is not None and before.get("kind") == deal.kind):
        return []
    amount = None if deal.amount is None else str(deal.amount)
    return [(f"sfa.deal_{deal.kind}", {"id": str(deal.pk), "amount": amount, "currency": deal.currency})]
