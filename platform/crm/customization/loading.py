"""From definitions to the registry's overlay: entities as this workspace has them."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from uuid import UUID

from crm.customization.fields import fields_of, retold
from crm.customization.labels import spoken
from crm.models import CustomField, Customization, CustomObject, EntityLayout
from kernel.context import require_tenant
from kernel.registry import Entity, F, Field, Listed, Section, registry
from kernel.registry.overlay import NOTHING, Overlay

#: Overlays that this process remembers; a workspace's stamp says which of them still holds.
_MOST = 500
_known: OrderedDict[tuple[str, UUID], Overlay] = OrderedDict()
_lock = Lock()


def load_overlay() -> Overlay:
    """The bound workspace's overlay: one look at its stamp, and the definitions only where the stamp is new."""
    stamp = Customization.objects.values_list("stamp", flat=True).first()
    if stamp is None:
        return NOTHING
    key = (require_tenant().schema, stamp)
    with _lock:
        overlay = _known.get(key)
        if overlay is not None:
            _known.move_to_end(key)
            return overlay
    overlay = build_overlay(
        stamp,
        CustomObject.objects.filter(deactivated_at=None).order_by("position", "created_at"),
        CustomField.objects.filter(state=CustomField.State.ACTIVE).order_by("position", "created_at"),
        EntityLayout.objects.all(),
    )
    with _lock:
        _known[key] = overlay
        while len(_known) > _MOST:
            _known.popitem(last=False)
    return overlay


def build_overlay(
    stamp: UUID, objects: Iterable[CustomObject], fields: Iterable[CustomField], layouts: Iterable[EntityLayout]
) -> Overlay:
    by_entity: dict[str, list[Field]] = {}
    for definition in fields:
        by_entity.setdefault(definition.entity, []).extend(fields_of(definition))
    layout_of = {layout.entity: layout for layout in layouts}
    entities = {one.name: _own_entity(one, by_entity.get(one.name, ())) for one in objects}
    for base in registry.installed_entities:
        if base.name in by_entity or base.name in layout_of:
            ours = retold(base, layout_of.get(base.name))
            entities[base.name] = replace(base, fields=(*ours, *by_entity.get(base.name, ())))
    return Overlay({name: _laid_out(entity, layout_of.get(name)) for name, entity in entities.items()}, stamp)


def _own_entity(definition: CustomObject, fields: Sequence[Field]) -> Entity:
    title = F("name", label=spoken(definition.title_label, "name"), required=True)
    listed = [f.name for f in fields if f.in_list][:5]
    return Entity(
        name=definition.name, plural=definition.plural, model="crm.CustomRecord", engine="crm",
        label=spoken(definition.label, definition.name),
        label_plural=spoken(definition.label_plural, definition.plural),
        icon=definition.icon, narrow={"object": definition.name}, levels=definition.levels,
        fields=(title, "owner", *fields, F("created_at", readonly=True), F("updated_at", readonly=True)),
        columns=("name", *listed, "owner", "created_at"), empty_hint=spoken(definition.help, ""),
    )  # fmt: skip


def _laid_out(entity: Entity, layout: EntityLayout | None) -> Entity:
    """Sections as the organization ordered them; what they forget stands in a section of its own at the end."""
    known = entity.all_fields
    if layout and layout.sections:
        sections = [
            Section(spoken(s["label"], ""), tuple(n for n in s["fields"] if n in known)) for s in layout.sections
        ]
    else:
        hidden = set(layout.hidden) if layout else set()
        sections = [Section(s.label, tuple(n for n in s.fields if n not in hidden)) for s in entity.sections]
    placed = {name for section in sections for name in section.fields} | set(layout.hidden if layout else ())
    loose = tuple(f.name for f in entity.own_fields.values() if f.name not in placed)
    if loose:
        sections.append(Section(spoken({"fa": "اطلاعات بیشتر", "en": "More"}, ""), loose))
    pointing = tuple(Listed(f.name) for f in entity.own_fields.values() if f.kind == "relation" and f.target != "user")
    changes: dict[str, Any] = {"layout": tuple(sections), "listed_by": (*entity.listed_by, *pointing)}
    if entity.filters:
        changes["filters"] = (*entity.filters, *(f.name for f in entity.own_fields.values()))
    if layout and layout.columns:
        changes["columns"] = tuple(n for n in layout.columns if n in known)
    if layout and layout.glance:
        changes["glance"] = tuple(n for n in layout.glance if n in known)
    return replace(entity, **changes)
