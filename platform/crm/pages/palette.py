"""The command palette: records, places and acts that answer to what is typed."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url, optional_url
from frontend import shell
from kernel.access import Actor, may_add
from kernel.models import AuditEntry
from kernel.query import suggest
from kernel.registry import Entity, registry
from kernel.text.folding import fold

EACH = 5
RECENT = 6


@dataclass(frozen=True)
class Option:
    label: str
    url: str
    icon: str
    detail: str = ""
    keys: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    options: list[Option]


def palette(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    actor = actor_of(request)
    records = found_records(text, actor=actor) if text else recent_records(actor=actor)
    groups = [*records, Group(_("Go to"), _places(request, text)), Group(_("Actions"), _acts(text, actor))]
    came_from = request.GET.get("from", "/")
    context = {
        "groups": [g for g in groups if g.options], "commands": _wanted_commands(text),
        "came_from": came_from if came_from.startswith("/") and not came_from.startswith("//") else "/",
    }  # fmt: skip
    return render(request, "crm/palette.html", context)


def seen_entities(actor: Actor) -> list[Entity]:
    """Entities with pages that the actor may see, of engines that are on."""
    on = registry.entities_of(actor.engines)
    return [entity for entity in on if entity.pages and actor.may(entity.permission("view"))]


def found_records(text: str, *, actor: Actor) -> list[Group]:
    """One query an entity; links have no name to be found by."""
    groups = []
    for entity in seen_entities(actor):
        if entity.ends:
            continue
        base = entity_url(entity, "list")
        found = suggest(entity, text, actor=actor, limit=EACH)
        options = [Option(s.label, f"{base}{s.id}/", entity.icon, s.detail) for s in found]
        groups.append(Group(str(entity.label_plural), options))
    return groups


def recent_records(*, actor: Actor) -> list[Group]:
    """What the person worked on last, as far as it can still be seen."""
    seen = {entity.name: entity for entity in seen_entities(actor)}
    rows = AuditEntry.objects.filter(actor_id=actor.user_id, entity__in=seen, record_id__isnull=False, batch=None)
    latest: dict[UUID, str] = {}
    for name, pk in rows.order_by("-id").values_list("entity", "record_id")[:60]:
        if pk is not None:
            latest.setdefault(pk, name)
    chosen = dict(list(latest.items())[:RECENT])
    wanted: dict[str, list[UUID]] = {}
    for pk, name in chosen.items():
        wanted.setdefault(name, []).append(pk)
    labels = Labels(actor).learn(wanted)
    options = [
        Option(label, entity_url(seen[name], "detail", pk), seen[name].icon, str(seen[name].label))
        for pk, name in chosen.items()
        if (label := labels.get(name, pk)) and not labels.is_deleted(pk)
    ]
    return [Group(_("Recent"), options)]


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


def _answering(options: list[Option], text: str) -> list[Option]:
    words = fold(text).split()
    return [option for option in options if all(word in fold(option.label) for word in words)][: EACH + 3]


def _wanted_commands(text: str) -> list[tuple[str, str, str, str]]:
    """Theme and language: (kind, value, icon, label)."""
    commands = [
        ("theme", "light", "sun", _("Light theme")), ("theme", "dark", "moon", _("Dark theme")),
        ("language", "fa", "languages", "فارسی"), ("language", "en", "languages", "English"),
    ]  # fmt: skip
    words = fold(text).split()
    extra = fold(_("Language") + " " + _("Theme"))
    return [c for c in commands if words and all(w in fold(c[3]) or w in extra for w in words)]
