"""What stands around the lines: filters as sentences, choices of the filter form, faults in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.audit.asking import Question
from crm.audit.readable import entity_read_by
from crm.audit.words import ACTS, CATEGORY_WORDS, SOURCES, THINGS
from kernel.access import Actor
from kernel.formats import date_short, num
from kernel.query import labels_for
from kernel.registry import Entity, registry


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove: str


def chips_of(asked: Question, here: str, *, actor: Actor) -> list[Chip]:
    told: tuple[tuple[str, str, Callable[[], str]], ...] = (
        ("who", _("Who"), lambda: name_of("user", asked.who, actor)),
        ("entity", _("Kind of record"), lambda: _kind(asked.entity)),
        ("record", _("Record"), lambda: name_of(asked.entity, asked.record, actor)),
        ("field", _("Field"), lambda: _field(asked, actor)),
        ("action", _("Act"), lambda: str(ACTS[asked.action][1])),
        ("category", _("Group"), lambda: str(CATEGORY_WORDS[asked.category])),
        ("source", _("Source"), lambda: str(SOURCES[asked.source])),
        ("ip", _("IP address"), lambda: asked.ip),
        ("since", _("From"), lambda: date_short(asked.since)),
        ("until", _("To"), lambda: date_short(asked.until)),
        ("q", _("Search"), lambda: asked.q),
    )  # fmt: skip
    return [Chip(label, say(), _without(asked, name, here)) for name, label, say in told if getattr(asked, name)]


def _without(asked: Question, name: str, here: str) -> str:
    empty: dict[str, Any] = {name: getattr(Question(), name)}
    if name == "entity":
        empty |= {"field": "", "record": None}
    return f"{here}?{asked.query(**empty)}"


def name_of(entity: str, pk: Any, actor: Actor) -> str:
    if pk is None or not entity:
        return str(pk or "")
    if entity not in {e.name for e in registry.entities}:
        return str(pk)
    return labels_for(entity, [pk], actor=actor).get(pk, str(pk))


def _kind(name: str) -> str:
    return str(THINGS[name]) if name in THINGS else str(registry.entity(name).label)


def _field(asked: Question, actor: Actor) -> str:
    kind = entity_read_by(actor, asked.entity)
    field = kind.all_fields.get(asked.field) if kind else None
    return str(field.label) if field else asked.field


def choices_of(asked: Question, *, actor: Actor) -> dict[str, Any]:
    kinds = [kind for e in registry.entities if (kind := entity_read_by(actor, e.name))]
    names = [(kind.name, str(kind.label)) for kind in kinds] + [(name, str(label)) for name, label in THINGS.items()]
    chosen = entity_read_by(actor, asked.entity) if asked.entity and asked.entity not in THINGS else None
    return {
        "entities": sorted(names, key=lambda pair: pair[1]), "fields": _fields(chosen),
        "actions": [(name, str(label)) for name, (_icon, label) in ACTS.items()],
        "categories": [(name, str(label)) for name, label in CATEGORY_WORDS.items()],
        "sources": [(name, str(label)) for name, label in SOURCES.items()],
        "who": name_of("user", asked.who, actor) if asked.who else "",
    }  # fmt: skip


def _fields(kind: Entity | None) -> list[tuple[str, str]]:
    return [(field.name, str(field.label)) for field in kind.all_fields.values()] if kind else []


def fault_words(fault: Mapping[str, Any]) -> str:
    """What is wrong, as a sentence."""
    told = {"seal": num(fault["seal"]), "line": num(fault["seq"]) if fault.get("seq") else fault.get("id", "")}
    sentences = {
        "altered": _("Line %(line)s was altered after it was sealed."),
        "missing": _("Line %(line)s is missing."),
        "inserted": _("A line dated among sealed ones was written afterwards: %(line)s."),
        "seal": _("Seal %(seal)s does not fit its lines."),
        "order": _("Seal %(seal)s does not follow from the one before: something between them is missing."),
        "signature": _("The signature of seal %(seal)s is not ours."),
        "removal": _("Seal %(seal)s claims that lines went by policy, but we did not sign that."),
        "cut": _("Seal %(seal)s, seen at an earlier check, is gone or another one now."),
    }  # fmt: skip
    return sentences[fault["kind"]] % told
