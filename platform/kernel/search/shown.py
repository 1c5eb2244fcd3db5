"""Hits as people see them: a title, what tells it from its likes, and which letters answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.access import Actor, entity_for, records_visible_to
from kernel.phones import display_phone
from kernel.query.labels import labels_for
from kernel.registry import Entity, Field, registry
from kernel.search.find import Hit
from kernel.search.marks import Pieces, pieces
from kernel.search.matching import Said, place
from kernel.text.folding import fold

#: Kinds of fields that say best whom one has before oneself, where nothing else is to be said.
_REACH = ("phone", "email")


@dataclass(frozen=True)
class Shown:
    hit: Hit
    title: str
    title_pieces: Pieces
    #: What it belongs to, and what answered beside the title (or how to reach it).
    details: tuple[str, ...]
    detail_pieces: tuple[Pieces, ...]
    #: The value tier, of customers.
    tier: str = ""

    @property
    def detail(self) -> str:
        return " · ".join(self.details)


def show(hits: Sequence[Hit], *, actor: Actor) -> list[Shown]:
    """One query an entity and one a kind of related record; what is gone or hidden by now is left out."""
    rows: dict[UUID, Any] = {}
    kinds = {hit.entity.name: entity_for(actor, hit.entity) for hit in hits}
    for name, kind in kinds.items():
        ids = [hit.id for hit in hits if hit.entity.name == name]
        rows |= {row.pk: row for row in _bare(kind, records_visible_to(actor, kind).filter(pk__in=ids))}
    labels = _labels([(kinds[hit.entity.name], rows[hit.id]) for hit in hits if hit.id in rows], actor)
    return [_shown(kinds[hit.entity.name], hit, rows[hit.id], labels) for hit in hits if hit.id in rows]


def _bare(kind: Entity, rows: Any) -> Any:
    return rows.order_by().defer("search_text") if kind.has_search else rows.order_by()


def belongs_to(kind: Entity) -> Field | None:
    """The field that tells a record from others of its title: what it belongs to, or its subtitle."""
    named = (name for name in (kind.subtitle, *kind.glance) if name and name != kind.owner and name in kind.all_fields)
    names = [name for name in named if not kind.field(name).masked]
    relations = [name for name in names if kind.field(name).kind == "relation"]
    chosen = next(iter([*([kind.subtitle] if kind.subtitle in names else []), *relations, *names]), None)
    return kind.field(chosen) if chosen else None


def _labels(found: Iterable[tuple[Entity, Any]], actor: Actor) -> dict[UUID, str]:
    wanted: dict[str, set[UUID]] = {}
    for kind, row in found:
        for field in {f.name: f for f in (belongs_to(kind), *kind.searched) if f and f.kind == "relation"}.values():
            if (pk := getattr(row, field.column)) is not None:
                wanted.setdefault(field.target, set()).add(pk)
    return {
        pk: label for target, ids in wanted.items()
        for pk, label in labels_for(entity_for(actor, registry.entity(target)), ids, actor=actor).items()
    }  # fmt: skip


def _shown(kind: Entity, hit: Hit, row: Any, labels: dict[UUID, str]) -> Shown:
    words = hit.typed.words
    forms = [form for word in words for form in (*word.forms, *word.near)]
    title, near = kind.title_of(row), belongs_to(kind)
    parts = [_text(kind, near, row, labels)] if near else []
    inside = all(place(word, fold(title)) is not None for word in words)
    if not inside:
        answered = (f for f in kind.searched if f != near and _answers(kind, f, row, labels, hit))
        parts += [_text(kind, field, row, labels) for field in answered]
    elif reach := next((f for f in kind.searched if f.kind in _REACH and getattr(row, f.column)), None):
        parts.append(_text(kind, reach, row, labels))
    details = tuple(dict.fromkeys(part for part in parts if part))[:3]
    ranked = kind.all_fields.get("tier")
    tier = str(row.tier or "") if ranked and not ranked.masked else ""
    return Shown(hit, title, pieces(title, forms), details, tuple(pieces(part, forms) for part in details), tier)


def _answers(kind: Entity, field: Field, row: Any, labels: dict[UUID, str], hit: Hit) -> bool:
    if field.name == kind.title:
        return False
    said = Said(field.name, field.kind, fold(_raw(field, row, labels)))
    title = fold(kind.title_of(row))
    return any(place(word, title) is None and place(word, said.text) is not None for word in hit.typed.words)


def _raw(field: Field, row: Any, labels: dict[UUID, str]) -> str:
    value = getattr(row, field.column)
    if field.kind == "relation":
        return labels.get(value, "")
    return "" if value is None else str(value)


def _text(kind: Entity, field: Field, row: Any, labels: dict[UUID, str]) -> str:
    raw = _raw(field, row, labels)
    if field.kind == "phone" and raw:
        return display_phone(raw)
    if field.kind == "choice":
        return str(dict(field.choices).get(raw, raw))
    return raw
