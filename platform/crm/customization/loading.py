"""From definitions to the registry's overlay: entities as this workspace has them."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from uuid import UUID

from crm.customization.fields import fields_of, retold
from crm.customization.labels import spoken
from crm.models import CustomField, Customization, CustomObject, CustomRelation, EntityLayout
from kernel.context import require_tenant
from kernel.custom import PREFIX
from kernel.registry import Board, Entity, F, Field, Listed, Section, UnknownName, registry
from kernel.registry.overlay import NOTHING, Overlay

#: Overlays that this process remembers; a workspace's stamp says which of them still holds.
_MOST = 500
_known: OrderedDict[tuple[str, UUID], Overlay] = OrderedDict()
_lock = Lock()
_PREPARE = "crm.customization.links.prepare_link"


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
        CustomObject.objects.filter(deactivated_at=None, deleted_at=None).order_by("position", "created_at"),
        CustomField.objects.filter(state=CustomField.State.ACTIVE)
        .select_related("relation")
        .order_by("position", "created_at"),
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
    listed = list(fields)
    there = _standing(list(objects), listed)
    by_entity: dict[str, list[Field]] = {}
    lists: dict[str, list[Listed]] = {}
    for definition in listed:
        if _points_nowhere(definition, there):
            continue
        by_entity.setdefault(definition.entity, []).extend(_told(definition))
        if definition.kind == "relation" and (one := _listed(definition)):
            lists.setdefault(definition.entity, []).append(one)
    layout_of = {layout.entity: layout for layout in layouts}
    entities = {one.name: own_entity(one, by_entity.get(one.name, ())) for one in there.values()}
    for base in registry.installed_entities:
        if base.name in by_entity or base.name in layout_of:
            ours = retold(base, layout_of.get(base.name))
            entities[base.name] = replace(base, fields=(*ours, *by_entity.get(base.name, ())))
    laid_out = {name: _laid_out(entity, layout_of.get(name), lists.get(name, ())) for name, entity in entities.items()}
    return Overlay(laid_out, stamp)


def _standing(objects: Sequence[CustomObject], fields: Sequence[CustomField]) -> dict[str, CustomObject]:
    """Entities by name; a link is gone with either of its ends, and is back with it."""
    there = {one.name: one for one in objects}
    field_of = {(field.entity, field.name): field for field in fields}
    while True:
        lost = [name for name, one in there.items() if one.is_link and one.ends and not _has_ends(one, field_of, there)]
        if not lost:
            return there
        for name in lost:
            del there[name]


def _has_ends(
    link: CustomObject, field_of: Mapping[tuple[str, str], CustomField], there: Mapping[str, CustomObject]
) -> bool:
    ends = [field_of.get((link.name, name)) for name in link.ends]
    return len(ends) == 2 and all(end is not None and not _points_nowhere(end, there) for end in ends)


def _points_nowhere(definition: CustomField, there: Mapping[str, CustomObject]) -> bool:
    """Whether it points to an entity that is put away; the field is away as long."""
    target = str(definition.options.get("target", ""))
    return definition.kind == "relation" and target.startswith(PREFIX) and target not in there


def _told(definition: CustomField) -> list[Field]:
    """Its fields, with what is said of the relation."""
    fields = fields_of(definition)
    relation: CustomRelation | None = getattr(definition, "relation", None)
    if definition.kind != "relation" or relation is None:
        return fields
    on_delete: Any = relation.on_delete
    return [replace(field, on_delete=on_delete) for field in fields]


def _listed(definition: CustomField) -> Listed | None:
    """The list on the page of the record that is pointed to."""
    if definition.options.get("target") in ("user", "team"):
        return None
    relation: CustomRelation | None = getattr(definition, "relation", None)
    if relation is None:
        return Listed(definition.name)
    if not relation.listed:
        return None
    return Listed(
        definition.name, tuple(relation.columns), label=spoken(relation.label, ""), position=relation.position
    )


def own_entity(definition: CustomObject, fields: Sequence[Field]) -> Entity:
    """An entity of the organization's own; a link has no name of its own, its ends tell what it is."""
    link = definition.is_link
    label = definition.label if link else definition.title_label
    title = F("name", label=spoken(label, "name"), required=not link, readonly=link)
    listed = [f.name for f in fields if f.in_list][:5]
    body: tuple[str | F | Field, ...] = (*fields, "owner") if link else ("owner", *fields)
    own: dict[str, Any] = {"match": tuple(definition.ends), "ends": tuple(definition.ends)} if link else {}
    return Entity(
        name=definition.name, plural=definition.plural, model="crm.CustomRecord", engine="crm",
        label=spoken(definition.label, definition.name),
        label_plural=spoken(definition.label_plural, definition.plural),
        icon=definition.icon, narrow={"object": definition.name}, levels=definition.levels, board=_board(fields),
        in_navigation=definition.in_navigation, prepare=_PREPARE if link else "",
        fields=(title, *body, F("created_at", readonly=True), F("updated_at", readonly=True)),
        columns=("name", *listed, "owner", "created_at"), empty_hint=spoken(definition.help, ""), **own,
    )  # fmt: skip


def entity_of(name: str) -> Entity:
    """The entity, where it is put away or being deleted too: for jobs that tidy up behind definitions."""
    try:
        return registry.entity(name)
    except UnknownName:
        definition = CustomObject.objects.filter(name=name).first()
        if definition is None:
            raise
        fields = CustomField.objects.filter(entity=name).order_by("position", "created_at")
        return own_entity(definition, [field for one in fields for field in fields_of(one)])


def _board(fields: Sequence[Field]) -> Board | None:
    """Cards by the first choice, with sums of the first amount."""
    lane = next((f.name for f in fields if f.kind == "choice"), "")
    money = next((f.name for f in fields if f.kind == "money"), "")
    card = tuple(f.name for f in fields if f.kind in ("date", "money") or (f.kind == "relation" and f.target != "user"))
    return Board(lane, money, (*card[:3], "owner")) if lane else None


def _laid_out(entity: Entity, layout: EntityLayout | None, lists: Sequence[Listed]) -> Entity:
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
    # The currency of what is derived is said beside the amount, and nobody chooses it.
    told = {f.currency for f in entity.own_fields.values() if f.derived}
    loose = tuple(f.name for f in entity.own_fields.values() if f.name not in placed | told)
    if loose:
        sections.append(Section(spoken({"fa": "اطلاعات تکمیلی", "en": "Further details"}, ""), loose))
    known_lists = tuple(replace(one, columns=tuple(n for n in one.columns if n in known)) for one in lists)
    changes: dict[str, Any] = {"layout": tuple(sections), "listed_by": (*entity.listed_by, *known_lists)}
    if entity.filters:
        changes["filters"] = (*entity.filters, *(f.name for f in entity.own_fields.values()))
    if layout and layout.columns:
        changes["columns"] = tuple(n for n in layout.columns if n in known)
    if layout and layout.glance:
        changes["glance"] = tuple(n for n in layout.glance if n in known)
    return replace(entity, **{**changes, **_page(layout, known)})


def _page(layout: EntityLayout | None, known: Mapping[str, Field]) -> dict[str, Any]:
    """The record page: what is not said is as it was delivered."""
    said = layout.panels if layout else {}
    page: dict[str, Any] = {
        attribute: tuple(n for n in said[name] if n in known)
        for name, attribute in (("figures", "figures"), ("facts", "glance"))
        if name in said
    }
    return {**page, "blocks": tuple(said.get("order", ())), "without_blocks": frozenset(said.get("hidden", ()))}
