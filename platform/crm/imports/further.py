"""Recognising customers by their further addresses and numbers, not only by the first one of each."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel.access import Actor, records_visible_to
from kernel.registry import Entity

_REACHED: Final = frozenset({"account", "contact"})


def meet_by_further(
    kind: Entity, match: Sequence[str], rows: Iterable[MutableMapping[str, Any]], *, actor: Actor
) -> None:
    """Where a row's key is a further address or number of one customer, the row is about that customer.

    Its own first one stays what it is: the row gets that one in place of the other. Two queries, whatever the rows.
    """
    if kind.name not in _REACHED or len(match) != 1 or kind.field(match[0]).kind not in ("email", "phone"):
        return
    name = match[0]
    wanted = {row[name]: row for row in rows if row.get(name)}
    seen = records_visible_to(actor, kind).order_by()
    first = set(seen.filter(**{f"{name}__in": list(wanted)}).values_list(name, flat=True))
    owners = _owners(kind, wanted.keys() - first, actor)
    own = dict(seen.filter(pk__in=owners.values()).exclude(**{name: ""}).values_list("pk", name))
    for row in rows:
        owner = owners.get(row.get(name))
        if owner in own:
            row[name] = own[owner]


def _owners(kind: Entity, values: Iterable[Any], actor: Actor) -> dict[Any, UUID]:
    """Whose point each value is; not of those that several share."""
    points = records_visible_to(actor, "contact_point").order_by().filter(value__in=list(values))
    found: dict[Any, set[UUID]] = {}
    for value, owner in points.exclude(**{kind.name: None}).values_list("value", f"{kind.name}_id"):
        found.setdefault(value, set()).add(owner)
    return {value: next(iter(owners)) for value, owners in found.items() if len(owners) == 1}
