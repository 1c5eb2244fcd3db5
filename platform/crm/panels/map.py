"""A small map of who stands around a customer; the whole one is a page of its own."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.drawing.column import draw_column
from crm.panels.book import Frame, Panel
from crm.panels.ties import ties_at
from crm.selectors.network import network_of

_SMALL = 320


def context(frame: Frame) -> Mapping[str, Any] | None:
    """Nothing while nobody stands around: an empty picture teaches less than the panel of relationships."""
    net = network_of(frame.entity.name, frame.record, actor=frame.actor, hops=1, ties=ties_at(frame))
    if net.drawn < 2:
        return None
    label = gettext("Relationship map of %s") % frame.record.name
    return {
        "svg": draw_column(net, width=_SMALL, most=8).svg(label),
        "url": reverse(f"crm:{frame.entity.name}_map", args=[frame.record.pk]),
    }


panel = Panel("map", _("Relationship map"), "crm/panels/map.html", context, frozenset({"account", "contact"}), "map")
