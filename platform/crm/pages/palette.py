"""The command palette: records, places and acts that answer to what is typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url, optional_url
from crm.pages.my_day import panels_for
from crm.pages.searching import search_hits, seen_entities
from crm.services.opened import opened_by
from frontend import shell
from kernel.access import Actor, may_add
from kernel.models import AuditEntry
from kernel.search.marks import Pieces
from kernel.search.matching import Tier
from kernel.search.shown import Shown, show
from kernel.text.folding import fold

RECORDS = 8
RECENT = 6
SUGGESTED = 4
#: Places and acts, which are few and short.
EACH = 8
#: Records that a person opened so often come back to mind.
_OFTEN = 3


@dataclass(frozen=True)
class Option:
    label: str
    url: str
    icon: str
    detail: str = ""
    keys: str = ""
    #: What kind of thing it is, at the end of the line.
    kind: str = ""
    marked: Pieces = field(default_factory=list)
    marked_details: tuple[Pieces, ...] = ()
    tier: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    options: list[Option]


def palette(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    actor = actor_of(request)
    records, sure = found_records(text, actor=actor) if text else (opening(actor=actor), True)
    found = text and any(group.options for group in records)
    acts = [Group(_("Go to"), _places(request, text)), Group(_("Actions"), _acts(text, actor))]
    groups = [*records, *acts] if sure else [*acts, *records]
    came_from = request.GET.get("from", "/")
    context = {
        "groups": [g for g in groups if g.options], "commands": _wanted_commands(text), "text": text,
        "results_url": f"{reverse('crm:search')}?{urlencode({'q': text})}" if found else "",
        "came_from": came_from if came_from.startswith("/") and not came_from.startswith("//") else "/",
    }  # fmt: skip
    return render(request, "crm/palette.html", context)


def found_records(text: str, *, actor: Actor) -> tuple[list[Group], bool]:
    """Records of every kind in one list, and whether the first of them is surely meant rather than a command."""
    found = show(search_hits(text, actor=actor, most=RECORDS), actor=actor)
    sure = bool(found) and found[0].hit.tier <= Tier.WORD
    near = bool(found) and found[0].hit.tier is Tier.NEAR
    return [Group(_("Did you mean") if near else _("Records"), [option_of(one) for one in found])], sure


def option_of(one: Shown) -> Option:
    entity = one.hit.entity
    return Option(
        one.title, entity_url(entity, "detail", one.hit.id), entity.icon, one.detail, kind=str(entity.label),
        marked=one.title_pieces, marked_details=one.detail_pieces, tier=one.tier,
    )  # fmt: skip


def opening(*, actor: Actor) -> list[Group]:
    """Before anything is typed: what one had in hand last, comes back to often, or has to do."""
    recent = recent_records(actor=actor)
    had = {option.url for group in recent for option in group.options}
    suggested = [o for o in _often(actor) if o.url not in had]
    if len(suggested) < SUGGESTED:
        known = had | {o.url for o in suggested}
        suggested += {o.url: o for o in _waiting(actor) if o.url not in known}.values()
    return [*recent, Group(_("Suggested"), suggested[:SUGGESTED])]


def recent_records(*, actor: Actor) -> list[Group]:
    """What the person opened or worked on last, as far as it can still be seen."""
    seen = {entity.name for entity in seen_entities(actor)}
    latest = {pk: name for pk, (name, _times, _at) in opened_by(actor).items() if name in seen}
    if len(latest) < RECENT:
        rows = AuditEntry.objects.filter(actor_id=actor.user_id, entity__in=seen, record_id__isnull=False, batch=None)
        for name, pk in rows.order_by("-id").values_list("entity", "record_id")[:60]:
            if pk is not None:
                latest.setdefault(pk, name)
    return [Group(_("Recent"), _known(latest, actor)[:RECENT])]


def _often(actor: Actor) -> list[Option]:
    times = {pk: (name, n) for pk, (name, n, _at) in opened_by(actor).items() if n >= _OFTEN}
    ranked = sorted(times, key=lambda pk: -times[pk][1])[: RECENT + SUGGESTED]
    return _known({pk: times[pk][0] for pk in ranked}, actor)


def _waiting(actor: Actor) -> list[Option]:
    """The first lines of what "My day" holds, whichever engine says so."""
    lines = [(panel, line) for panel in panels_for(actor) for line in panel.lines[:2]]
    return [Option(line.title, line.url, panel.icon, line.why) for panel, line in lines]


def _known(records: Mapping[UUID, str], actor: Actor) -> list[Option]:
    seen = {entity.name: entity for entity in seen_entities(actor)}
    chosen = {pk: name for pk, name in list(records.items())[: 2 * RECENT] if name in seen}
    wanted: dict[str, list[UUID]] = {}
    for pk, name in chosen.items():
        wanted.setdefault(name, []).append(pk)
    labels = Labels(actor).learn(wanted)
    return [
        Option(
            label,
            entity_url(seen[name], "detail", pk),
            seen[name].icon,
            kind=str(seen[name].label),
            tier=labels.tier(pk),
        )
        for pk, name in chosen.items()
        if (label := labels.get(name, pk)) and not labels.is_deleted(pk)
    ]


def _places(request: HttpRequest, text: str) -> list[Option]:
    items = [item for provider in shell.nav_providers for group in provider(request) for item in group.items]
    options = [Option(i.label, i.url, i.icon or "chevron-right", "", f"G {i.key}" if i.key else "") for i in items]
    return _answering(options, text)


def _acts(text: str, actor: Actor) -> list[Option]:
    options = []
    for entity in seen_entities(actor):
        if not entity.ends and may_add(entity, actor):
            options.append(Option(_("New %s") % str(entity.label).lower(), entity_url(entity, "create"), "plus"))
    if (address := optional_url("crm:import_list")) and actor.may("crm.account.import"):
        options.append(Option(_("Import a file"), address, "file-up"))
    return _answering(options, text)


def _answering(options: Iterable[Option], text: str) -> list[Option]:
    words = fold(text).split()
    return [option for option in options if all(word in fold(option.label) for word in words)][:EACH]


def _wanted_commands(text: str) -> list[tuple[str, str, str, str]]:
    """Theme and language: (kind, value, icon, label)."""
    commands = [
        ("theme", "light", "sun", _("Light theme")), ("theme", "dark", "moon", _("Dark theme")),
        ("language", "fa", "languages", "فارسی"), ("language", "en", "languages", "English"),
    ]  # fmt: skip
    words = fold(text).split()
    extra = fold(_("Language") + " " + _("Theme"))
    return [c for c in commands if words and all(w in fold(c[3]) or w in extra for w in words)]
