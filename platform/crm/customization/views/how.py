"""Beside a record: how one of its values is calculated, and what stood where for this record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.customization.preview import results_of
from crm.pages.cells import cell
from crm.pages.explaining import formula_words, may_know, rollup_words
from crm.pages.labels import Labels
from crm.pages.links import actor_of, entity_url
from crm.pages.sharing import beside
from crm.pages.values import value_text
from kernel.access import Actor, get_record_for
from kernel.derived import current_plans
from kernel.errors import NotFound, Text
from kernel.formula import REASONS
from kernel.money_input import home_currency
from kernel.registry import Entity, Field, registry


def how(request: HttpRequest, pk: UUID, name: str, *, entity: Entity) -> HttpResponse:
    """For whoever may read all that it is calculated from; to others there is nothing here."""
    actor = actor_of(request)
    record = get_record_for(actor, entity, pk)
    field = entity.all_fields.get(name)
    if field is None or field.masked or not may_know(actor, entity, field):
        raise NotFound()
    labels = Labels(actor).load([record], [field])
    context: dict[str, Any] = {
        "entity": entity, "field": field, "value": cell(field, record, labels),
        "back": entity_url(entity, "detail", pk),
        "title": _("How “%s” is calculated") % field.label, "why": "", "read": [],
        "words": [formula_words(entity, field.formula)] if field.formula else rollup_words(actor, field),
        "broken": (entity.name, name) in current_plans().broken,
    }  # fmt: skip
    if field.formula and not context["broken"]:
        context["read"], context["why"] = _read(actor, entity, field, record)
    return beside(request, "crm/how.html", context)


def _read(actor: Actor, entity: Entity, field: Field, record: Any) -> tuple[list[tuple[Text, str]], Text]:
    """The values that it reads, by label, and why there is no result."""
    plan = next((c for c in current_plans().calculations.get(entity.name, ()) if c.field.name == field.name), None)
    if plan is None:
        return [], ""
    ((values, result),) = results_of(actor, entity, plan.program, [record])
    read: list[tuple[Text, str]] = []
    for path, known in plan.program.checked.fields.items():
        spec, label = _at(entity, path)
        value = values.get(".".join(path))
        currency = next((str(c) for p in known.type.currencies if (c := values.get(p))), "") or home_currency()
        shown = Labels(actor).learn({spec.target: {value}}).get(spec.target, value) if spec.target and value else ""
        read.append((label, shown or ("" if spec.target else value_text(spec, value, currency=currency))))
    return read, REASONS.get(result.reason, "")


def _at(entity: Entity, path: tuple[str, ...]) -> tuple[Field, str]:
    first = entity.field(path[0])
    if len(path) == 1:
        return first, str(first.label)
    last = registry.entity(first.target).field(path[1])
    return last, f"{first.label} › {last.label}"
