"""The order of groups: the one that the field has, or by name, number of records, or a sum."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.pages.bucket_parts import EMPTY, Bucket, By
from crm.pages.labels import Labels
from crm.pages.values import is_summed
from kernel.registry import Entity, Field, registry


def order_choices(by: By, fields: Sequence[Field]) -> list[tuple[str, str]]:
    """The orders that make sense; the first is the one that holds when none is chosen."""
    if by.period:
        found = [("", _("Earliest first")), ("late", _("Latest first")), ("count", _("Most records first"))]
    elif by.field.kind == "relation" and not _has_order(by):
        found = [("", _("Most records first")), ("label", _("By name"))]
    else:
        found = [("", _("In their order")), ("count", _("Most records first"))]
        if by.field.kind == "relation":
            found.insert(1, ("label", _("By name")))
    return [*found, *((f"sum:{f.name}", _("Greatest “%s” first") % f.label) for f in fields if is_summed(f))]


def summed_by(entity: Entity, order: str) -> list[str]:
    """The field whose sum gives the order, if one does."""
    name = order.removeprefix("sum:")
    field = entity.all_fields.get(name) if name != order else None
    return [name] if field is not None and not field.masked and is_summed(field) else []


def ordered_by(by: By, order: str, buckets: Iterable[Bucket], labels: Labels) -> list[Bucket]:
    """Groups without a value come last, whatever the order."""
    found = sorted(_by_field(by, list(buckets), labels), key=lambda b: b.key == EMPTY)
    if order == "count":
        return sorted(found, key=lambda b: (b.key == EMPTY, -b.count))
    if order == "late" and by.period:
        return sorted(found, key=lambda b: b.key if b.key != EMPTY else "", reverse=True)
    if order == "label" and by.field.kind == "relation":
        return _placed(found, _by_title(by, found, labels))
    if order.startswith("sum:"):
        name = order.removeprefix("sum:")
        unit = _commonest(found, name)
        return sorted(found, key=lambda b: (b.key == EMPTY, -b.sums.get(name, {}).get(unit, Decimal(0))))
    return found


def _by_field(by: By, buckets: list[Bucket], labels: Labels) -> list[Bucket]:
    if by.period:
        return sorted(buckets, key=lambda b: b.key)
    if by.field.kind in ("choice", "bool"):
        return _placed(buckets, [key for key, _label in (by.field.choices or (("1", ""), ("0", "")))])
    if _has_order(by):
        return _placed(buckets, _by_position(by, buckets))
    return sorted(buckets, key=lambda b: -b.count)


def _placed(buckets: Iterable[Bucket], keys: Sequence[str]) -> list[Bucket]:
    """In the order of the keys; what is not among them behind, and nothing last of all."""
    place = {key: at for at, key in enumerate(keys)}
    return sorted(buckets, key=lambda b: (b.key == EMPTY, place.get(b.key, len(place))))


def _has_order(by: By) -> bool:
    """Whether the records pointed to stand in an order that people gave them, as stages do."""
    return by.field.kind == "relation" and registry.entity(by.field.target).sort == "position"


def _ids(buckets: Iterable[Bucket]) -> list[UUID]:
    return [UUID(b.key) for b in buckets if b.key != EMPTY]


def _by_position(by: By, buckets: Iterable[Bucket]) -> list[str]:
    rows = registry.entity(by.field.target).records(everything=True).filter(pk__in=_ids(buckets))
    return [str(pk) for pk in rows.order_by("position", "pk").values_list("pk", flat=True)]


def _by_title(by: By, buckets: Iterable[Bucket], labels: Labels) -> list[str]:
    """Sorted by the database, which knows the alphabets; of what the reader may see."""
    target: Any = registry.entity(by.field.target)
    rows = target.records(everything=True).filter(pk__in=_ids(buckets))
    labels.learn({by.field.target: _ids(buckets)})
    ordered = rows.order_by(target.field(target.title).source, "pk").values_list("pk", flat=True)
    return [str(pk) for pk in ordered if labels.get(by.field.target, pk)]


def _commonest(buckets: Iterable[Bucket], name: str) -> str:
    """Sums of several currencies cannot be compared: the one that most groups have gives the order."""
    often: dict[str, int] = {}
    for bucket in buckets:
        for unit in bucket.sums.get(name, {}):
            often[unit] = often.get(unit, 0) + 1
    return max(often, key=lambda unit: often[unit], default="")
