"""The indexes by which a field of the organization's own is as fast as a built-in one, and the job that makes them.

Expression and order are those that Django's queries have (kernel.custom.expression, kernel.query.select.ordering), or
the planner would not know them again. Lists put empty values last in both directions, so a field that is looked at from
its largest value on has an index for that direction too.

They hold deleted records as well, though lists never ask for them: of two indexes that leave out the same, the planner
takes one and reads all that it finds, where of two whole ones it reads what both hold. And it learns how values are
spread from whole ones only. Those of objects, which share a table, leave out other objects and have statistics.
"""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.customization.fields import fields_of
from crm.customization.loading import entity_of
from crm.models import CustomField, Customization
from kernel.ids import uuid7
from kernel.jobs import JobRun
from kernel.models import LIVE
from kernel.registry import Entity
from kernel.text.db import Fold
from kernel.unique import UNIQUE, index_name
from tenants.services.indexes import Built, FieldIndex, build_indexes, drop_indexes

#: Asked for largest or latest first.
_FROM_THE_TOP = frozenset({"integer", "decimal", "money", "percent", "rating", "date", "datetime"})
_PURPOSES = ("up", "down", "among", "words", "words_spread", "spread", UNIQUE)
_SEARCHED = frozenset({"text", "longtext", "email", "phone", "url", "address", "file", "autonumber"})


def indexes_for(definition: CustomField) -> tuple[Entity, list[FieldIndex]]:
    """The entity, and every index that the field shall have."""
    (field, *_rest) = fields_of(definition)
    entity = entity_of(definition.entity)
    within = Q(**entity.narrow)
    found: list[FieldIndex] = []

    def add(purpose: str, *columns: tuple[Any, str], **more: Any) -> None:
        more.setdefault("condition", within)
        found.append(FieldIndex(index_name(entity, field, purpose), columns, **more))

    if definition.options.get("indexed", True):
        if field.sortable:
            add("up", (field.expression, ""), (F("id"), ""))
        if field.kind in _FROM_THE_TOP:
            add("down", (field.expression, "DESC NULLS LAST"), (F("id"), "DESC"))
        if field.kind == "multichoice":
            add("among", (field.expression, ""), method="gin")
        if field.kind in _SEARCHED:
            add("words", (Fold(field.expression), "ext.gin_trgm_ops"), method="gin")
            if within:
                # Without it the planner takes any three letters to be in every 25th record, and walks all in order.
                add("words_spread", (Fold(field.expression), ""), method="statistics")
        if within and field.kind != "multichoice":
            add("spread", (field.expression, ""), method="statistics")
    if field.unique:
        add(UNIQUE, (field.expression, ""), unique=True, condition=LIVE & within)
    return entity, found


def all_names(definition: CustomField) -> list[str]:
    """Names of every index that this field may have, now or before."""
    (field, *_rest) = fields_of(definition)
    entity = entity_of(definition.entity)
    return [index_name(entity, field, purpose) for purpose in _PURPOSES]


def run_index(run: JobRun) -> None:
    """The job "crm.field_index". Killed anywhere, the next run finds what is missing and goes on."""
    with transaction.atomic():
        definition = CustomField.objects.filter(pk=run.payload["field"]).exclude(state="deleted").first()
        if definition is None:
            return
        entity, indexes = indexes_for(definition)
        names = all_names(definition)
    built = build_indexes(entity.model_class, indexes, run=run)
    drop_indexes(set(names) - {index.name for index in indexes})
    with run.step():
        _note(definition, built)


def _note(definition: CustomField, built: Built) -> None:
    problem = "duplicates" if built.duplicates else ""
    rows = CustomField.objects.filter(pk=definition.pk)
    rows.update(indexed_at=timezone.now(), index_problem=problem)
    if problem and rows.filter(unique=True).update(unique=False):
        # Somebody wrote the same value twice before the index was there: it is told, and nothing pretends to hold.
        Customization.objects.update_or_create(id=1, defaults={"stamp": uuid7()})


def drop_all(definition: CustomField) -> None:
    with transaction.atomic():
        names = all_names(definition)
    drop_indexes(names)
