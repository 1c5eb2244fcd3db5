"""The indexes by which a field of the organization's own is as fast as a built-in one, and the job that makes them.

Expression and order are those that Django's queries have (kernel.custom.expression, kernel.query.select.ordering), or
the planner would not know them again. Lists put empty values last in both directions, so a field that is looked at from
its largest value on has an index for that direction too.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import transaction
from django.db.models import F, Index, Q, UniqueConstraint
from django.utils import timezone

from crm.customization.fields import fields_of
from crm.customization.loading import entity_of
from crm.models import CustomField, Customization
from kernel.ids import uuid7
from kernel.jobs import JobRun
from kernel.models import LIVE
from kernel.registry import Entity, Field
from kernel.text.db import Fold
from kernel.unique import UNIQUE, index_name
from tenants.services.indexes import Built, build_indexes, drop_indexes

#: Asked for largest or latest first.
_FROM_THE_TOP = frozenset({"integer", "decimal", "money", "percent", "rating", "date", "datetime"})
_SEARCHED = frozenset({"text", "longtext", "email", "phone", "url", "address", "file", "autonumber"})


def indexes_for(entity: Entity, field: Field, *, indexed: bool = True) -> list[Index]:
    """Every index that the field shall have, beside the one that keeps it unique."""
    if not indexed:
        return []
    live = Q(LIVE, **entity.narrow)
    found: list[Index] = []
    if field.sortable:
        up = field.expression.asc(), F("id").asc()
        found.append(Index(*up, name=index_name(entity, field, "up"), condition=live))
        if field.kind in _FROM_THE_TOP:
            down = field.expression.desc(nulls_last=True), F("id").desc()
            found.append(Index(*down, name=index_name(entity, field, "down"), condition=live))
    if field.kind == "multichoice":
        found.append(GinIndex(field.expression, name=index_name(entity, field, "among"), condition=live))
    if field.kind in _SEARCHED:
        folded = OpClass(Fold(field.expression), name="gin_trgm_ops")
        found.append(GinIndex(folded, name=index_name(entity, field, "words"), condition=live))
    return found


def unique_for(entity: Entity, field: Field) -> UniqueConstraint | None:
    if not field.unique:
        return None
    return UniqueConstraint(
        field.expression, name=index_name(entity, field, UNIQUE), condition=Q(LIVE, **entity.narrow)
    )


def all_names(entity: Entity, field: Field) -> list[str]:
    """Names of every index that this field may have, now or before."""
    return [index_name(entity, field, purpose) for purpose in ("up", "down", "among", "words", UNIQUE)]


def run_index(run: JobRun) -> None:
    """The job "crm.field_index". Killed anywhere, the next run finds what is missing and goes on."""
    with transaction.atomic():
        definition = CustomField.objects.filter(pk=run.payload["field"]).exclude(state="deleted").first()
        if definition is None:
            return
        (field, *_rest) = fields_of(definition)
        entity = entity_of(definition.entity)
        indexes = indexes_for(entity, field, indexed=definition.options.get("indexed", True))
        unique = unique_for(entity, field)
    built = build_indexes(entity.model_class, indexes, unique, run=run)
    wanted = {index.name for index in indexes} | ({unique.name} if unique else set())
    drop_indexes([name for name in all_names(entity, field) if name not in wanted])
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
    entity: Any = entity_of(definition.entity)
    (field, *_rest) = fields_of(definition)
    drop_indexes(all_names(entity, field))
