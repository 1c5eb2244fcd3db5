"""Which column means which field: by the field's name, its label in every language, and what else people call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.utils import translation

from crm.imports.detect.synonyms import ENTITIES, FIELDS
from crm.imports.reader import Column
from kernel.registry import Entity, Field, registry
from kernel.text.folding import match_key

# The surer the guess, the higher: a field's own name beats a synonym, a field of the record beats one of a relation.
_OWN_NAME, _OWN_SYNONYM, _RELATED_FULL, _RELATED_BARE = 100, 80, 60, 40


def propose_mapping(entity: Entity, columns: Sequence[Column]) -> dict[str, str]:
    """{column name: target}; a target is a field's name or `relation.field`. Every target is given once."""
    names: dict[str, list[str]] = {}
    for column in columns:
        if not column.blank and (key := match_key(column.name)):
            names.setdefault(key, []).append(column.name)
    guesses: list[tuple[int, int, str, str]] = []
    for order, (score, key, target) in enumerate(_candidates(entity)):
        guesses += [(-score, order, name, target) for name in names.get(key, ())]
    mapping: dict[str, str] = {}
    for _score, _order, name, target in sorted(guesses):
        if name not in mapping and target not in mapping.values() and _has_relation(target, mapping, -_score):
            mapping[name] = target
    return {column.name: mapping[column.name] for column in columns if column.name in mapping}


def propose_match(entity: Entity, mapping: Mapping[str, str]) -> list[str]:
    """The first of the entity's match fields that the file brings."""
    targets = set(mapping.values())
    return next(([name] for name in entity.match if name in targets), [])


def _has_relation(target: str, mapping: Mapping[str, str], score: int) -> bool:
    """A bare heading such as "region" means a relation's field only where the relation itself is in the file."""
    relation, dot, _field = target.partition(".")
    return not dot or score > _RELATED_BARE or relation in mapping.values()


def _candidates(entity: Entity) -> Iterator[tuple[int, str, str]]:
    """(score, key of a heading, target)."""
    for word in (entity.name, *_languages(entity.label), *ENTITIES.get(entity.name, ())):
        yield _OWN_NAME - 5, match_key(word), _title_field(entity)
    for field in (*entity.editable_fields, *entity.asides):
        for word in (field.name, *_languages(field.label)):
            yield _OWN_NAME, match_key(word), field.name
        for word in FIELDS.get(field.name, ()):
            yield _OWN_SYNONYM, match_key(word), field.name
        if field.kind == "relation" and not field.asks:
            yield from _related(entity, field)


def _related(entity: Entity, relation: Field) -> Iterator[tuple[int, str, str]]:
    target = registry.entity(relation.target)
    if relation.target not in (relation.name, entity.name, "user"):
        names: tuple[str, ...] = (relation.name,)
    else:
        names = (relation.name, *(ENTITIES.get(relation.target, ()) if relation.target != "user" else ()))
    if relation.target not in (entity.name, "user"):
        for word in (target.name, *_languages(target.label), *ENTITIES.get(target.name, ())):
            yield _OWN_SYNONYM - 5, match_key(word), relation.name
    for field in target.editable_fields:
        if field.kind == "relation" or field.name == target.title:
            continue
        for word in (field.name, *_languages(field.label), *FIELDS.get(field.name, ())):
            for name in (*names, *_languages(relation.label)):
                yield _RELATED_FULL, match_key(f"{name} {word}"), f"{relation.name}.{field.name}"
                yield _RELATED_FULL, match_key(f"{word} {name}"), f"{relation.name}.{field.name}"
            yield _RELATED_BARE, match_key(word), f"{relation.name}.{field.name}"


def _title_field(entity: Entity) -> str:
    """The field that names a record, or where that is made of others, the one that must be given."""
    title = entity.all_fields.get(entity.title)
    if title and not title.readonly:
        return title.name
    required = [field.name for field in entity.editable_fields if field.required and field.textual]
    return required[0] if required else entity.editable_fields[0].name


def _languages(label: object) -> tuple[str, ...]:
    """A label in every language of the product."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(str(label))
    return tuple(found)
