"""The records of a list: visible, filtered, searched, in order."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Index, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

import kernel.query.lookups  # noqa: F401 — registers the lookups
from kernel.access import Actor, entity_for, records_visible_to
from kernel.errors import Invalid
from kernel.models import LIVE
from kernel.query.filters import Node, apply_filters, by_words
from kernel.registry import Entity, Field, registry
from kernel.search.conditions import answering
from kernel.search.matching import INSIDE
from kernel.search.typed import read


def select(
    entity: str | Entity, *, actor: Actor, filters: Sequence[Node] = (), q: str = "", sort: str | None = None,
    action: str = "view",
) -> QuerySet[Any]:  # fmt: skip
    """Records the actor may do `action` to. Relations of list columns come with them."""
    kind = entity_for(actor, entity)
    rows = apply_filters(kind, records_visible_to(actor, kind, action), list(filters), actor)
    if q:
        rows = search(kind, rows, q)
    relations = [f.name for f in kind.all_fields.values() if f.kind == "relation" and f.stored]
    by_trigrams = kind.has_search and any(len(word.text) >= INSIDE for word in read(q).words)
    by_trigrams |= any(by_words(kind, one) for one in filters)
    return rows.select_related(*relations).order_by(*ordering(kind, sort, few=by_trigrams))


def sort_key(entity: Entity, sort: str | None) -> tuple[str, bool]:
    """(column, descending) of a sort parameter such as "-amount"; raises Invalid for what cannot be sorted by."""
    text = sort or entity.sort
    name, descending = text.lstrip("-"), text.startswith("-")
    if name == "id":
        return "id", descending
    field = entity.all_fields.get(name)
    if field is None or not field.sortable:
        raise Invalid.one("sort", "unknown_sort", _("One cannot sort by this."))
    if field.kind == "relation" and field.stored:
        target = registry.entity(field.target)
        return f"{field.name}__{target.sort.lstrip('-') if target.title != 'name' else 'name'}", descending
    return field.column, descending


def in_order(entity: Entity, field: Field) -> bool:
    """Whether an index has the records in the order of this field, so that a list of any size can be sorted by it."""
    if not field.stored or field.kind == "relation":
        return True  # made for it when the field was; the related record's own index
    return any(
        _first(index, entity) == field.column
        for index in entity.model_class._meta.indexes
        if index.condition in (None, LIVE)
    )


def _first(index: Index, entity: Entity) -> str:
    """The column by which an index orders the records of this entity, if it does."""
    names = [name.lstrip("-") for name in index.fields if name.lstrip("-") not in entity.narrow]
    inner = getattr(next(iter(index.expressions), None), "expression", None)
    return names[0] if names else str(getattr(inner, "name", "")) if isinstance(inner, F) else ""


def ordering(entity: Entity, sort: str | None, *, few: bool = False) -> list[Any]:
    """Order by the sort column, empty values last, then by id so that pages never overlap.

    `few` says that another index finds these rows: the order is then an expression, or the planner would walk the
    whole list in its order to meet them (names that hold "sara" stand together, near its end).
    """
    column, descending = sort_key(entity, sort)
    if column == "id":
        return ["-id" if descending else "id"]
    if not nullable(entity, column) and not few:
        return [f"-{column}", "-id"] if descending else [column, "id"]
    return in_sequence(Coalesce(column, column) if few else F(column), descending)


def in_sequence(path: Any, descending: bool) -> list[Any]:
    """By an expression, empty values last, then by id."""
    first = path.desc(nulls_last=True) if descending else path.asc(nulls_last=True)
    return [first, "-id" if descending else "id"]


def nullable(entity: Entity, column: str) -> bool:
    if column in entity.own_fields:
        return True
    meta = entity.model_class._meta
    name = column.partition("__")[0]
    return bool(getattr(meta.get_field(name), "null", False)) and not getattr(meta.get_field(name), "generated", False)


def shown_columns(entity: Entity, queryset: QuerySet[Any], columns: Iterable[str]) -> QuerySet[Any]:
    """The queryset from which these columns can be taken by `values()`, the organization's own among them."""
    shown: QuerySet[Any] = queryset.annotate(**{name: F(name) for name in columns if name in entity.own_fields})
    return shown


def search(entity: str | Entity, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Records that hold every word of the text in what their entity searches; one or two letters must begin a word."""
    kind, typed = registry.entity(entity), read(text)
    return queryset.filter(answering(kind, typed)) if typed else queryset


def sums(entity: str | Entity, queryset: QuerySet[Any], names: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """Totals by field and currency ("" for plain numbers): {"amount": {"EUR": Decimal("10005534.00")}}."""
    kind = registry.entity(entity)
    totals: dict[str, dict[str, Decimal]] = {name: {} for name in names}
    plain_names = [name for name in names if not kind.field(name).currency]
    bare = queryset.order_by().select_related(None)
    if plain_names:
        for name, value in bare.aggregate(**{f"s_{n}": Sum(kind.field(n).source) for n in plain_names}).items():
            if value is not None:
                totals[name[2:]][""] = value
    by_currency: dict[str, list[str]] = {}
    for name in names:
        if kind.field(name).currency:
            by_currency.setdefault(kind.field(name).currency, []).append(name)
    for currency, money in by_currency.items():
        for row in (
            shown_columns(kind, bare, [currency])
            .values(currency)
            .annotate(**{f"s_{n}": Sum(kind.field(n).source) for n in money})
        ):
            for name in money:
                if row[f"s_{name}"] is not None:
                    totals[name][row[currency]] = row[f"s_{name}"]
    return totals
