"""The order of an entity's form, page and list, and what the organization calls our own fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization import checking, page_layout
from crm.customization.services import MANAGE, changed, entity_named
from crm.models import EntityLayout
from kernel import audit
from kernel.access import Actor, require
from kernel.errors import Invalid, NotFound, Problem
from kernel.events import publish
from kernel.models import AuditEntry
from kernel.registry import Entity, registry

_KEPT: Final = ("sections", "columns", "hidden", "fields", "panels")
_MOST_SECTIONS, _MOST_COLUMNS = 30, 30
#: Entity and verb of the audit rows from which a former layout comes back.
SUBJECT, SAVED = "entity_layout", "layout"


def layout_of(entity: str) -> EntityLayout:
    return EntityLayout.objects.filter(entity=entity).first() or EntityLayout(entity=entity)


@transaction.atomic
def save_layout(
    entity: str, *, actor: Actor, sections: Sequence[Mapping[str, Any]] | None = None,
    columns: Sequence[str] | None = None, hidden: Sequence[str] | None = None,
    page: Mapping[str, Sequence[str]] | None = None,
) -> UUID | None:  # fmt: skip
    """Keep another order; what is not given stays. Returns what `restore_layout` takes to undo it."""
    require(actor, MANAGE)
    kind = entity_named(entity)
    layout, problems = _locked(kind.name), checking.Problems()
    if hidden is not None:
        layout.hidden = _names(kind, hidden, "hidden", problems)
        problems |= _needed(kind, layout.hidden)
    if sections is not None:
        layout.sections = _sections(kind, sections, set(layout.hidden), problems)
    if columns is not None:
        layout.columns = [name for name in _names(kind, columns, "columns", problems) if kind.field(name).in_list]
    if page is not None:
        layout.panels = page_layout.checked(kind, page, problems)
    checking.refuse(problems)
    return _save(layout, actor)


def _locked(entity: str) -> EntityLayout:
    EntityLayout.objects.get_or_create(entity=entity)
    return EntityLayout.objects.select_for_update().get(entity=entity)


def _names(kind: Entity, given: Sequence[str], where: str, problems: checking.Problems) -> list[str]:
    """Fields that exist, once each."""
    if strangers := [name for name in given if name not in kind.all_fields]:
        message = format_lazy(_("There is no field “{name}” here."), name=str(strangers[0])[:60])
        problems[where] = [Problem("unknown_field", message)]
        return []
    if where == "columns" and len(given) > _MOST_COLUMNS:
        problems[where] = [Problem("too_many", format_lazy(_("At most {most} columns fit."), most=_MOST_COLUMNS))]
    return list(dict.fromkeys(given))


def _needed(kind: Entity, hidden: Sequence[str]) -> checking.Problems:
    """A form without what a record must have could never be sent."""
    for name in hidden:
        field = kind.field(name)
        if field.required and field.default is None:
            message = _("“{field}” must be filled in, so the form has to ask for it.")
            return {"hidden": [Problem("needed", format_lazy(message, field=field.label))]}
    return {}


def _sections(
    kind: Entity, given: Sequence[Mapping[str, Any]], hidden: set[str], problems: checking.Problems
) -> list[dict[str, Any]]:
    if len(given) > _MOST_SECTIONS:
        problems["sections"] = [
            Problem("too_many", format_lazy(_("At most {most} sections fit."), most=_MOST_SECTIONS))
        ]
        return []
    found, placed = list[dict[str, Any]](), set[str]()
    for number, section in enumerate(given):
        label = checking.words(section.get("label"), f"sections.{number}", problems, needed=False)
        names = _names(kind, section.get("fields") or (), "sections", problems)
        fields = [name for name in names if name not in placed and name not in hidden]
        placed |= set(fields)
        found.append({"label": label, "fields": fields})
    # What the form does not show, nobody meant to lose: it stands at the end, or among the hidden ones.
    missing = [name for name in form_names(kind) if name not in placed and name not in hidden]
    if missing and found:
        found[-1]["fields"] += missing
    return found


def form_names(kind: Entity) -> list[str]:
    """Every field that the form may ask for, in its present order."""
    shown = [name for section in kind.sections for name in section.fields]
    return list(dict.fromkeys(name for name in shown if name in kind.all_fields))


@transaction.atomic
def retell_field(
    entity: str, name: str, *, actor: Actor, label: Any = None, help: Any = None, required: bool = False
) -> UUID | None:
    """Call one of our own fields otherwise, explain it, or make it required. Nothing said: ours holds again."""
    require(actor, MANAGE)
    kind = entity_named(entity)
    ours = registry.installed_entity(kind.name).all_fields.get(name) if not kind.is_own else None
    if ours is None:
        raise NotFound()
    problems: checking.Problems = {}
    told: dict[str, Any] = {
        "label": checking.words(label, "label", problems, needed=False),
        "help": checking.words(help, "help", problems, needed=False, most=500),
        "required": bool(required) and not ours.readonly and not ours.required,
    }
    layout = _locked(kind.name)
    if told["required"] and name in layout.hidden:
        problems["required"] = [Problem("hidden", _("The form does not ask for it. Show it there first."))]
    checking.refuse(problems)
    told = {key: value for key, value in told.items() if value}
    rest = {key: value for key, value in layout.fields.items() if key != name}
    layout.fields = {**rest, **({name: told} if told else {})}
    return _save(layout, actor)


def _save(layout: EntityLayout, actor: Actor) -> UUID | None:
    before = EntityLayout.objects.get(pk=layout.pk)
    diff = {
        key: [getattr(before, key), getattr(layout, key)]
        for key in _KEPT
        if getattr(before, key) != getattr(layout, key)
    }
    if not diff:
        return None
    layout.save()
    changed()
    publish("crm.layout_changed", {"entity": layout.entity})
    row = audit.record_act(SAVED, actor=actor, entity=SUBJECT, label=layout.entity, changes=diff)
    return row.pk


@transaction.atomic
def restore_layout(change: UUID | str, *, actor: Actor) -> str:
    """Take one change of a layout back, if it still is what stands there; returns the entity's name."""
    require(actor, MANAGE)
    row = AuditEntry.objects.filter(pk=change, entity=SUBJECT, action=SAVED).first()
    if row is None:
        raise NotFound()
    layout = _locked(row.record_label)
    for key, (old, new) in row.changes.items():
        if getattr(layout, key) != new:
            raise Invalid.one("", "moved_on", _("It was changed again since, so this cannot be taken back."))
        setattr(layout, key, old)
    _save(layout, actor)
    return layout.entity


def changes_page(change: UUID | str) -> bool:
    """Whether this change was one of the record page, and not of the form."""
    return AuditEntry.objects.filter(pk=change, entity=SUBJECT, action=SAVED, changes__has_key="panels").exists()


@transaction.atomic
def reset_layout(entity: str, *, actor: Actor, page: bool = False) -> UUID | None:
    """The engine's own order again, of the form and list or of the record page; what fields are called stays."""
    require(actor, MANAGE)
    layout = _locked(entity_named(entity).name)
    if page:
        layout.panels = {}
    else:
        layout.sections, layout.columns, layout.hidden = [], [], []
    return _save(layout, actor)
