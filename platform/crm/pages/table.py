"""What a list shows: read once, in a fixed number of queries, whatever the number of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from crm.models import SavedView, ViewChoice
from crm.pages.columns import shown_fields
from crm.pages.filters import Chip, Reading, chips, read_filters
from crm.pages.found import find_page
from crm.pages.labels import Labels
from crm.pages.rows import Column, Row, row_drawer
from crm.pages.state import State, from_params
from crm.pages.values import is_summed, money_text
from crm.pages.view_choice import choice_of, columns_from, first_view, widths_from
from crm.pages.views_store import views_of
from crm.selectors.tags import tags_by_record
from kernel.access import Actor
from kernel.errors import Invalid, Problem
from kernel.query import count, in_order, select, shown_columns, sums
from kernel.query.counting import BUDGET_MS, Size, at_once, quickly
from kernel.registry import Entity, Field

SIZE = 50
#: More records than these are not put in an order that no index has: it takes a tenth of a second, and grows.
MOST_SORTED = 100_000


@dataclass(frozen=True)
class Setting:
    """The frame around the rows: which view, which columns, which filters, and what could not be read of them."""

    entity: Entity
    state: State
    views: Sequence[SavedView]
    choice: ViewChoice
    reading: Reading
    fields: Sequence[Field]
    chips: Sequence[Chip]
    problems: Sequence[tuple[str, Problem]]
    labels: Labels
    actor: Actor

    @property
    def current(self) -> SavedView | None:
        return next((v for v in self.views if str(v.pk) == self.state.view), None)

    @property
    def changed(self) -> bool:
        """Whether what is shown differs from what the current view keeps."""
        if self.current is None:
            return bool(self.state.filters or self.state.q or self.state.f or self.state.by)
        kept = from_params(self.entity, self.current.params, self.state.view)
        passing: dict[str, Any] = {"columns": (), "group": "", "cursor": "", "at": "", "exact": "", "touched": False}
        return replace(kept, **passing) != replace(self.state, **passing)

    @property
    def narrowed(self) -> bool:
        return bool(self.reading.conditions or self.state.q)


def arrange(entity: Entity, asked: State, *, actor: Actor) -> Setting:
    """From the address to what is shown: a view's name alone opens that view; nothing at all, the person's default."""
    views = views_of(entity, actor=actor)
    choice = choice_of(entity, actor=actor)
    state = asked
    if asked.bare and (first := first_view(choice, views)):
        state = replace(asked, view=str(first.pk))
    view = next((v for v in views if str(v.pk) == state.view), None)
    if view is None:
        state = replace(state, view="")
    elif replace(state, view="").bare:
        kept = from_params(entity, view.params, state.view)
        passing: dict[str, Any] = {
            "cursor": asked.cursor,
            "at": asked.at,
            "exact": asked.exact,
            "group": asked.group or kept.group,
        }
        state = replace(kept, columns=(), **passing)
    reading = read_filters(entity, state, actor)
    labels = Labels(actor)
    kept_columns = tuple(view.params.get("columns") or ()) if view else ()
    names = state.columns or columns_from(choice, state.view) or kept_columns
    problems = [(str(field.label) if field else "", problem) for field, problem in reading.problems]
    shown = chips(entity, state, reading, labels)
    fields = shown_fields(entity, names)
    return Setting(entity, state, views, choice, reading, fields, shown, problems, labels, actor)


def records_of(setting: Setting, action: str = "view") -> tuple[QuerySet[Any], State, list[tuple[str, Problem]]]:
    """The records in their order. An order that makes no sense falls back to the entity's own, and is told."""
    state, told = setting.state, []
    entity, actor, filters = setting.entity, setting.actor, setting.reading.conditions
    try:
        rows = select(entity, actor=actor, filters=filters, q=state.q, sort=state.sort or None, action=action)
    except Invalid as error:
        told = [("", problem) for problems in error.problems.values() for problem in problems]
        state = replace(state, sort="", cursor="")
        rows = select(entity, actor=actor, filters=filters, q=state.q, action=action)
    return _lean(entity, rows, state), state, told


def _lean(entity: Entity, rows: QuerySet[Any], state: State) -> QuerySet[Any]:
    """Without the related records, whose names `Labels` reads; but for the one that gives the order."""
    bare, field = rows.select_related(None), entity.all_fields.get((state.sort or entity.sort).lstrip("-"))
    by_relation = field is not None and field.kind == "relation" and field.stored
    return bare.select_related(field.name) if by_relation and field else bare


@dataclass(frozen=True)
class GroupRows:
    """One group of a grouped list: its totals beside the columns, its first rows, and where the next ones are."""

    key: str
    label: str
    count: int
    totals: Sequence[str]
    #: The same with the names of their columns, where there are some.
    sums: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    more_url: str = ""
    list_url: str = ""


@dataclass(frozen=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Row]
    count: int
    next: str
    previous: str
    problems: Sequence[tuple[str, Problem]]
    #: The count is an estimate; the exact one can be asked for.
    about: bool = False
    #: And is worth being asked for once the list stands.
    later: bool = False
    #: Too many answer to the words to be put by name: the newest come first, and the page says so.
    by_date: bool = False
    groups: Sequence[GroupRows] = ()
    #: Groups beyond those shown, and the records in them.
    others: int = 0
    others_count: int = 0

    @property
    def width(self) -> int:
        """Of the whole table, where widths were set; the first 40 hold the boxes."""
        return sum(column.width for column in self.columns) + 40 if any(c.width for c in self.columns) else 0

    @property
    def beyond(self) -> bool:
        """Whether the filters let more through than is on the page."""
        return self.about or self.count > len(self.rows)

    @property
    def has_totals(self) -> bool:
        return any(column.total for column in self.columns)


def draw_table(setting: Setting, *, size: int = SIZE) -> Table:
    entity = setting.entity
    queryset, state, told = records_of(setting)
    reached = find_page(entity, queryset, state, conditions=setting.reading.conditions, size=size)
    found, state, told = reached.page, reached.state, [*told, *reached.told]
    setting.labels.load(found.rows, setting.fields)
    summed = [f.name for f in setting.fields if is_summed(f)]
    least = len(found.rows) + bool(found.next) + bool(found.previous)
    total, totals = size_and_sums(entity, queryset, summed, reached.plan, exact=bool(state.exact), least=least)
    columns = columns_of(setting, state, totals, total.number)
    return Table(
        columns, draw_rows(setting, found.rows, columns, state), total.number,
        state.query(cursor=found.next) if found.next else "",
        state.query(cursor=found.previous) if found.previous else "",
        [*setting.problems, *told], about=not total.exact, later=total.later, by_date=reached.by_date,
    )  # fmt: skip


Totals = dict[str, dict[str, Decimal]]


def size_and_sums(
    entity: Entity, queryset: QuerySet[Any], names: Sequence[str], plan: tuple[int, float], *, exact: bool = False,
    least: int = 0,
) -> tuple[Size, Totals]:  # fmt: skip
    """The same as `count_and_sums` where it takes no time; else about how many, `least` at the least, and no sums."""
    if exact:
        number, totals = count_and_sums(entity, queryset, names)
        return Size(number), totals
    found, size = at_once(lambda: count_and_sums(entity, queryset, names), plan)
    return (Size(found[0]), found[1]) if found else (replace(size, number=max(size.number, least)), {})


def count_table(setting: Setting) -> tuple[int, list[Column]] | None:
    """How many records, and the columns with their totals, for a list that stands already; None where it takes long."""
    queryset, state, _told = records_of(setting)
    summed = [f.name for f in setting.fields if is_summed(f)]
    found, _expected = quickly(queryset, lambda: count_and_sums(setting.entity, queryset, summed), budget_ms=BUDGET_MS)
    return (found[0], columns_of(setting, state, found[1])) if found else None


def columns_of(setting: Setting, state: State, totals: Totals, number: int = 0) -> list[Column]:
    """The columns of a list of so many records."""
    widths = widths_from(setting.choice, state.view)
    found = [
        _column(setting.entity, f, state, totals.get(f.name, {}), widths.get(f.name, 0), sized=bool(widths))
        for f in setting.fields
    ]
    if number <= MOST_SORTED:
        return found
    why = _("Filter the list first: to sort this many records by this takes too long.")
    return [
        column if not column.sort_query or in_order(setting.entity, column.field)
        else replace(column, sort_query="", unsorted=why)
        for column in found
    ]  # fmt: skip


def draw_rows(setting: Setting, records: Sequence[Any], columns: Sequence[Column], state: State) -> list[Row]:
    worn = (
        tags_by_record(setting.entity, [record.pk for record in records], actor=setting.actor)
        if setting.entity.asides
        else {}
    )
    may_change = setting.actor.may(setting.entity.permission("change"))
    draw = row_drawer(setting.entity, columns, setting.labels, back=list_param(state), may_change=may_change)
    return [draw(record, worn.get(record.pk, ())) for record in records]


def count_and_sums(
    entity: Entity, queryset: QuerySet[Any], names: Sequence[str]
) -> tuple[int, dict[str, dict[str, Decimal]]]:
    """How many records, and totals by field and currency: one reading of the table, if one currency column serves."""
    currencies = {entity.field(name).currency for name in names} - {""}
    if len(currencies) > 1:
        return count(queryset), sums(entity, queryset, names)
    column = next(iter(currencies), "")
    bare = shown_columns(entity, queryset.order_by().select_related(None), [column])
    wanted: dict[str, Any] = {"n": Count("pk"), **{f"s_{name}": Sum(entity.field(name).source) for name in names}}
    groups = bare.values(column).annotate(**wanted) if column else [bare.aggregate(**wanted)]
    number, totals = 0, {name: dict[str, Decimal]() for name in names}
    for group in groups:
        number += group["n"]
        for name in names:
            if (amount := group[f"s_{name}"]) is not None:
                unit = group[column] if entity.field(name).currency else ""
                totals[name][unit] = totals[name].get(unit, Decimal(0)) + amount
    return number, totals


#: Widths of columns beside one that the person has set.
_WIDTHS = {"integer": 110, "decimal": 120, "money": 140, "percent": 100, "date": 120, "datetime": 140, "bool": 90}


def _column(
    entity: Entity, field: Field, state: State, totals: dict[str, Decimal], width: int = 0, *, sized: bool = False
) -> Column:
    now = state.sort or entity.sort
    direction = ("desc" if now.startswith("-") else "asc") if now.lstrip("-") == field.name else ""
    # Numbers and dates are asked for largest or latest first.
    first = f"-{field.name}" if field.numeric or field.kind in {"date", "datetime"} else field.name
    other = field.name if first.startswith("-") else f"-{field.name}"
    target = other if now == first else first
    if sized and not width:
        width = 280 if field.name == entity.title else _WIDTHS.get(field.kind, 180)
    return Column(
        field, str(field.label), field.numeric, direction, state.query(sort=target) if field.sortable else "",
        total_words(totals), width=width,
    )  # fmt: skip


def total_words(totals: Mapping[str, Decimal]) -> str:
    return " + ".join(money_text(amount, currency) for currency, amount in sorted(totals.items()))


def list_param(state: State) -> str:
    """How a record's address remembers the list it was opened from, for its neighbours there."""
    query = state.query()
    return "?" + urlencode({"list": query}) if query else ""
