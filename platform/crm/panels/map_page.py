"""The relationship map on a page of its own, drawn for a desk and for a phone."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.drawing.canvas import finding
from crm.drawing.column import draw_column
from crm.drawing.wide import draw_wide
from crm.pages.links import actor_of, entity_url
from crm.selectors.network import Network, Node, network_of
from kernel.access import get_record_for
from kernel.formats import pct
from kernel.registry import registry

ZOOMS: Final = (75, 100, 125, 150, 200)
_PHONE: Final = 343


def relationship_map(request: HttpRequest, pk: UUID, *, entity: str) -> HttpResponse:
    kind, actor = registry.entity(entity), actor_of(request)
    record = get_record_for(actor, kind, pk)
    net = network_of(entity, record, actor=actor)
    zoom = _zoom(request.GET.get("zoom", ""))
    wide, narrow = draw_wide(net), draw_column(net, width=_PHONE)
    label = _("Relationship map of %s") % record.name
    steps = ZOOMS.index(zoom)
    context: dict[str, Any] = {
        "entity": kind, "record": record, "title": record.name, "label": label,
        "said": finding(_around(net), record.name),
        "wide": wide.svg(label, zoom=zoom / 100), "narrow": narrow.svg(label), "groups": wide.groups,
        "alone": net.drawn == 1, "back": entity_url(kind, "detail", pk), "zoom": pct(zoom),
        "closer": ZOOMS[steps + 1] if steps + 1 < len(ZOOMS) else 0, "farther": ZOOMS[steps - 1] if steps else 0,
        "rows": _rows(net),
    }  # fmt: skip
    return render(request, "crm/map.html", context)


def _zoom(text: str) -> int:
    return int(text) if text.isdigit() and int(text) in ZOOMS else 100


def _around(net: Network) -> list[Node]:
    return [*net.above, *net.below, *net.near, *(far for near in net.near for far in near.far)]


def _rows(net: Network) -> list[dict[str, Any]]:
    """The same as a table, for whoever would rather read."""
    steps = [(net.center, node) for node in (*net.above, *net.below, *net.near)]
    steps += [(near, far) for near in net.near for far in near.far]
    return [
        {"of": near, "node": node, "url": entity_url(registry.entity(node.entity), "detail", node.pk)}
        for near, node in steps
    ]
