"""Definitions as the registry's fields, and our own fields as the organization tells them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customization.kinds import MOST_LENGTH
from crm.customization.labels import spoken, spoken_over
from crm.customization.numbers import taker
from crm.models import CustomField, EntityLayout
from kernel.custom import decode, expression
from kernel.formats import local_date
from kernel.money_input import home_currency
from kernel.registry import Entity, F, Field, Rollup

#: Numbers of more digits are none that a page could show.
LARGEST = 10**18


def fields_of(definition: CustomField) -> list[Field]:
    """The registry's field; of an amount of money also the currency that stands beside it."""
    options: Mapping[str, Any] = definition.options
    name, kind = definition.name, definition.kind
    choices = options.get("choices", ())
    derived = is_derived(definition)
    numeric = kind in ("integer", "decimal", "money", "percent")
    field = Field(
        name=name, kind=kind,  # type: ignore[arg-type]  # checked when it was defined
        label=spoken(definition.label, name), help=spoken(definition.help, ""),
        required=definition.required, unique=definition.unique, readonly=derived or kind == "autonumber",
        max_length=options.get("max_length") or MOST_LENGTH.get(kind), target=str(options.get("target", "")),
        choices=tuple((str(c["key"]), spoken(c["label"], str(c["key"]))) for c in choices),
        colours=tuple((str(c["key"]), str(c["colour"])) for c in choices if c.get("colour")),
        retired=tuple(str(c["key"]) for c in choices if c.get("retired")), pattern=str(options.get("pattern", "")),
        places=options.get("places"),
        lowest=_limit(options.get("lowest"), -LARGEST if numeric else None),
        highest=_limit(options.get("highest"), LARGEST if numeric else None),
        take=taker(definition.pk, str(options.get("format", ""))) if kind == "autonumber" else None,
        currency=f"{name}_currency" if kind == "money" else "", expression=expression(name, kind),
        derived=derived, formula=options.get("formula", ""), rollup=_rollup(options.get("rollup")),
    )  # fmt: skip
    field = replace(field, default=default_of(field, definition.default))
    if kind != "money":
        return [field]
    currency = Field(
        name=field.currency, kind="text", label=format_lazy(_("{field} (currency)"), field=field.label),
        max_length=3, in_list=False, default=lambda _actor, _values: home_currency(),
        expression=expression(field.currency, "text"), readonly=derived, derived=derived,
    )  # fmt: skip
    return [field, currency]


def is_derived(definition: CustomField) -> bool:
    """Calculated from others (kernel.derived): a formula or a roll-up."""
    return bool(definition.options.get("formula") or definition.options.get("rollup"))


def _rollup(kept: Mapping[str, Any] | None) -> Rollup | None:
    """A roll-up as options keep it: {"child", "relation", "how", "of", "filters": {"kind": ["won"]}}."""
    if not kept:
        return None
    filters = tuple((str(name), tuple(map(str, values))) for name, values in kept.get("filters", {}).items())
    return Rollup(kept["child"], kept["relation"], kept["how"], kept.get("of", ""), filters)


def _limit(given: Any, otherwise: int | None) -> Any:
    return otherwise if given is None else Decimal(str(given))


def _now(_actor: Any, _values: Any) -> Any:
    return timezone.now()


def _today(_actor: Any, _values: Any) -> Any:
    return local_date(timezone.now())


def _me(actor: Any, _values: Any) -> Any:
    return actor.user_id


#: Defaults that depend on the moment and on who acts.
MOVING: dict[str, Callable[..., Any]] = {"@today": _today, "@now": _now, "@me": _me}


def default_of(field: Field, kept: Any) -> Any:
    """A definition's default as `kernel.clean` takes it."""
    if kept is None:
        return None
    if isinstance(kept, str) and kept in MOVING:
        return MOVING[kept]
    value = decode(field, kept)
    return partial(_copied, value) if isinstance(value, list | dict) else value


def _copied(value: Any, _actor: Any, _values: Any) -> Any:
    return value.copy()


def retold(base: Entity, layout: EntityLayout | None) -> tuple[str | F | Field, ...]:
    """Our own fields with the labels, help and duty that the organization gave them."""
    if layout is None or not layout.fields:
        return base.fields
    return tuple(
        _retold(base.all_fields[name], layout.fields[name]) if (name := _name(spec)) in layout.fields else spec
        for spec in base.fields
    )


def _name(spec: str | F | Field) -> str:
    return spec if isinstance(spec, str) else spec.name


def _retold(field: Field, told: Mapping[str, Any]) -> Field:
    changes: dict[str, Any] = {}
    if label := told.get("label"):
        changes["label"] = spoken_over(label, field.label)
    if text := told.get("help"):
        changes["help"] = spoken(text, "")
    if told.get("required") and not field.readonly:
        changes["required"] = True
    return replace(field, **changes)
