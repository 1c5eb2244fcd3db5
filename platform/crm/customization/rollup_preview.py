"""A roll-up before it is made: what it gives for records that one can see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.customization.rollups import rollup_options
from crm.pages.values import value_text
from kernel.access import Actor, entity_for, records_visible_to, require
from kernel.custom import decode, expression
from kernel.derived.plans import rollup_of
from kernel.derived.rollups import MIXED, aggregate, put_found
from kernel.money_input import home_currency
from kernel.registry import Field, Rollup

SAMPLES = 3
_NAME = "x_preview"


def preview_rollup(
    *, actor: Actor, entity: str, child: str, relation: str, how: str, of: str, filters: Mapping[str, Any],
    places: int | None = None,
) -> tuple[str, list[tuple[str, str]]]:  # fmt: skip
    """The kind of its values; title and result for the newest records. Invalid with what is wrong by name."""
    require(actor, "crm.customization.manage")
    kind, options = rollup_options(entity, child, relation, how, of, filters, places, actor=actor)
    kept, seen = options["rollup"], entity_for(actor, entity)
    given = tuple((name, tuple(values)) for name, values in kept["filters"].items())
    spec = Field(
        name=_NAME, kind=kind, label="", places=options["places"], expression=expression(_NAME, kind),  # type: ignore[arg-type]  # a kind
        rollup=Rollup(child, relation, how, kept["of"], given),  # type: ignore[arg-type]  # checked
    )  # fmt: skip
    rollup = rollup_of(seen, spec)
    records = list(records_visible_to(actor, seen).order_by("-pk")[:SAMPLES])
    found = aggregate(rollup, [record.pk for record in records])
    samples = []
    for record in records:
        put_found(rollup, record, found.get(record.pk))
        currency = found.get(record.pk, (None, ""))[1] or home_currency()
        value = decode(spec, record.extra.get(spec.name))
        text = MIXED if value is None and currency == MIXED else value_text(spec, value, currency=currency)
        samples.append((seen.title_of(record), text))
    return kind, samples
