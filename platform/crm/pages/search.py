"""The page of all results: in one list or of one kind, with how many there are of each."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.pages.links import actor_of, entity_url, wants
from crm.pages.palette import Option, option_of
from crm.pages.searching import MOST_COUNTED, counts_of, search_hits, searched_entities
from kernel import formats
from kernel.access import Actor
from kernel.registry import Entity
from kernel.search.matching import Tier
from kernel.search.shown import show

SIZE = 20
#: The best of these are in order; whoever wants to see more looks at the entity's own list.
RANKED = 100


@dataclass(frozen=True)
class Facet:
    label: str
    url: str
    count: str
    current: bool


def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    actor = actor_of(request)
    chosen = next((e for e in searched_entities(actor) if e.name == request.GET.get("entity")), None)
    context = {"text": text, "chosen": chosen, "page": None}
    if text:
        context |= _results(text, chosen, actor, request.GET.get("page", "1"))
    return render(request, "crm/search_results.html" if wants(request, "results") else "crm/search.html", context)


def _results(text: str, chosen: Entity | None, actor: Actor, number: str) -> dict[str, Any]:
    hits = search_hits(text, actor=actor, most=RANKED, entities=[chosen] if chosen else None)
    page = Paginator(hits, SIZE).get_page(number)
    counts = counts_of(text, actor=actor)
    options: list[Option] = [option_of(one) for one in show(list(page.object_list), actor=actor)]
    total = counts.get(chosen.name, 0) if chosen else sum(counts.values())
    query = {"q": text, **({"entity": chosen.name} if chosen else {})}
    return {
        "page": page, "options": options, "facets": _facets(text, chosen, counts, actor),
        "near": bool(hits) and hits[0].tier is Tier.NEAR, "count": _count(total),
        "previous_url": _page_url(query, page.number - 1) if page.has_previous() else "",
        "next_url": _page_url(query, page.number + 1) if page.has_next() else "",
        "list_url": entity_url(chosen, "list", query=urlencode({"q": text})) if chosen else "",
        "more": chosen is not None and not page.has_next() and total > len(hits),
    }  # fmt: skip


def _page_url(query: dict[str, str], number: int) -> str:
    return f"?{urlencode({**query, 'page': number})}"


def _facets(text: str, chosen: Entity | None, counts: dict[str, int], actor: Actor) -> list[Facet]:
    every = Facet(_("All"), f"?{urlencode({'q': text})}", _count(sum(counts.values())), chosen is None)
    return [every] + [
        Facet(str(entity.label_plural), f"?{urlencode({'q': text, 'entity': entity.name})}",
              _count(counts[entity.name]), entity == chosen)
        for entity in searched_entities(actor)
        if counts.get(entity.name) or entity == chosen
    ]  # fmt: skip


def _count(number: int) -> str:
    if number > MOST_COUNTED:
        return _("%s+") % formats.num(MOST_COUNTED)
    return formats.num(number)
