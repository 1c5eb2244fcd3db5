"""Relationships of a customer; those that are over are folded away."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.models import Relationship
from crm.panels.book import Frame, Panel
from crm.selectors.ties import newest_ties, ties_from
from kernel.access import may_add


def ties_at(frame: Frame) -> list[Relationship]:
    """Read once for the panel, the map and the timeline."""
    read = partial(newest_ties, frame.entity.name, frame.record.pk, actor=frame.actor)
    return frame.once("ties", read)


def context(frame: Frame) -> Mapping[str, Any] | None:
    ties = ties_from(frame.entity.name, frame.record.pk, ties_at(frame))
    may = frame.may_change and may_add("relationship", frame.actor)
    return {
        "now": [tie for tie in ties if tie.active], "past": [tie for tie in ties if not tie.active],
        "may_change": may, "add_url": f"{frame.place}relationships/" if may else "",
    }  # fmt: skip


panel = Panel("ties", _("Relationships"), "crm/panels/ties.html", context, frozenset({"account", "contact"}), "network")
