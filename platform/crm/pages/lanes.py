"""What a board shows: lanes with exact counts and sums, and their first cards, in a fixed number of queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from crm.pages.cards import Card, CardDrawer
from crm.pages.labels import Labels
from crm.pages.links import entity_url
from crm.pages.state import State
from crm.pages.table import Setting, list_param, records_of
from crm.pages.values import money_brief, money_text
from kernel import formats
from kernel.access import entity_for, records_visible_to
from kernel.errors import NotFound
from kernel.query import cursors_of, page, shown_columns
from kernel.query.counting import CHEAP, planned, worth_trying
from kernel.registry import Board, Entity, Field, registry

SIZE = 20


@dataclass
class Lane:
    """`key` is what a move sends: a related record's id, or a choice's value."""

    key: str
    label: str
    record: Any = None
    #: In per cent, where the lane's entity knows one.
    probability: int | None = None
    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    more: str = ""
    #: Of a choice's lane: its colour.
    colour: str = ""

    @property
    def sum_text(self) -> str:
        return sum_words(self.sums, money_brief)

    @property
    def sum_full(self) -> str:
        return sum_words(self.sums)

    @property
    def open(self) -> bool:
        """Neither certain nor lost; where nothing is known of that, every lane is."""
        return self.probability is None or 0 < self.probability < 100


def sum_words(sums: dict[str, Decimal], draw: Callable[[Decimal, str], str] = money_text) -> str:
    return " + ".join(draw(amount, currency) for currency, amount in sorted(sums.items()) if amount)


#: The lane of records that hold nothing in the lanes' field.
NONE = "-"
#: The most lanes of a field with many values: those with the most records.
MOST_LANES = 20


def lane_fields(entity: Entity) -> list[Field]:
    """Fields whose values can be lanes."""
    return [f for f in entity.filter_fields if f.kind in ("choice", "relation") and not f.asks]


def board_of(entity: Entity, state: State | None = None) -> Board:
    """The board that was asked for, else the entity's own, else one by the first field that serves."""
    fields = {f.name: f for f in lane_fields(entity)}
    wish = state.lane if state else ""
    if entity.board and (wish not in fields or wish == entity.board.lane):
        return entity.board
    ranked = sorted(fields.values(), key=lambda f: (f.name not in entity.columns, f.kind != "choice"))
    lane = fields.get(wish) or next(iter(ranked), None)
    if lane is None:
        raise NotFound()
    own = entity.board
    money = next((f.name for f in entity.all_fields.values() if f.kind == "money"), "")
    card = own.card if own else tuple(n for n in entity.columns if n not in (entity.title, lane.name))[:5]
    return Board(lane.name, own.sum if own else money, card)


def in_lane(column: str, key: str) -> Q:
    """The records of one lane."""
    if key != NONE:
        return Q(**{column: key})
    return Q(**{f"{column}__isnull": True}) | (Q() if column.endswith("_id") else Q(**{column: ""}))


def lane_key(value: Any) -> str:
    return NONE if value is None or value == "" else str(value)


def groups_of(entity: Entity, setting: Setting) -> list[Any]:
    """The boards one can choose from (a deal's pipelines), in their order."""
    board = board_of(entity, setting.state)
    if not board.group:
        return []
    lane_field = entity.field(board.lane)
    target = entity_for(setting.actor, registry.entity(lane_field.target).field(board.group).target)
    default = [name for name in ("is_default",) if name in target.all_fields]
    order = [*(f"-{name}" for name in default), target.sort, "id"]
    return list(records_visible_to(setting.actor, target).order_by(*order))


def lanes_of(entity: Entity, setting: Setting, group: Any) -> list[Lane]:
    """The lanes, still empty."""
    board = board_of(entity, setting.state)
    lane_field = entity.field(board.lane)
    if lane_field.kind == "choice":
        colours = lane_field.colour_of
        lanes = [Lane(key, str(label), colour=colours.get(key, "")) for key, label in lane_field.choices]
        return lanes if lane_field.required else [*lanes, Lane(NONE, _("empty"))]
    if board != entity.board:
        return _fullest(entity, setting, lane_field)
    target = entity_for(setting.actor, lane_field.target)
    rows = records_visible_to(setting.actor, target)
    if group is not None:
        rows = rows.filter(**{f"{board.group}_id": group.pk})
    share = next((f.name for f in target.all_fields.values() if f.kind == "percent" and not f.masked), "")
    ordered = rows.order_by(board.order or target.sort, "id")
    return [Lane(str(r.pk), target.title_of(r), r, getattr(r, share) if share else None) for r in ordered]


def _fullest(entity: Entity, setting: Setting, lane_field: Field) -> list[Lane]:
    """Lanes of a relation that may point at thousands: those with the most records, and one for the rest's absence."""
    rows, _state, _told = records_of(setting)
    bare = rows.order_by().select_related(None).annotate(pv_lane=F(lane_field.column)).exclude(pv_lane=None)
    keys = [
        row["pv_lane"] for row in bare.values("pv_lane").annotate(n=Count("pk")).order_by("-n", "pv_lane")[:MOST_LANES]
    ]
    setting.labels.learn({lane_field.target: keys})
    lanes = [Lane(str(k), setting.labels.get(lane_field.target, k) or _("(not visible to you)")) for k in keys]
    return lanes if lane_field.required else [*lanes, Lane(NONE, _("empty"))]


def on_board(entity: Entity, setting: Setting, group: Any) -> tuple[QuerySet[Any], State]:
    """The records that the filters let through, of this group."""
    board = board_of(entity, setting.state)
    queryset, state, _told = records_of(setting)
    if group is not None:
        path = board.group if board.group in entity.all_fields else f"{board.lane}__{board.group}"
        queryset = queryset.filter(**{f"{path}_id" if path == board.group else path: group.pk})
    return queryset, state


def fill_lanes(entity: Entity, setting: Setting, lanes: Sequence[Lane], group: Any) -> bool:
    """Counts and sums by one query, the first cards of all lanes by two, whatever the number of lanes.

    False: counting would keep the cards waiting, and is asked for when the board stands.
    """
    queryset, state = on_board(entity, setting, group)
    board = board_of(entity, setting.state)
    rows, cost = planned(queryset)
    counted = cost <= CHEAP or worth_trying(rows, cost)
    if counted:
        count_lanes(entity, queryset, lanes, board)
    first = _first_rows(entity, queryset, [lane for lane in lanes if lane.count or not counted], board)
    column = entity.field(board.lane).column
    by_lane: dict[str, list[Any]] = {}
    for row in first:
        by_lane.setdefault(lane_key(getattr(row, column)), []).append(row)
    drawer = _drawer(entity, setting, first)
    for lane in lanes:
        found = by_lane.get(lane.key, [])
        mine = found[:SIZE]
        lane.cards = [drawer.draw(row, open=lane.open) for row in mine]
        if len(found) > SIZE:
            after = cursors_of(mine[-1], entity, sort=state.sort or None)[1]
            lane.more = _more(entity, state, lane, group, after)
    return counted


def _more(entity: Entity, state: State, lane: Lane, group: Any, cursor: str) -> str:
    query = state.query(cursor=cursor, group=str(group.pk) if group is not None else "")
    return entity_url(entity, "lane", lane.key, query=query)


def count_lanes(entity: Entity, queryset: QuerySet[Any], lanes: Sequence[Lane], board: Board) -> None:
    column = entity.field(board.lane).column
    money: Field | None = entity.field(board.sum) if board.sum else None
    keys = ["pv_lane", *([money.currency] if money and money.currency else [])]
    aggregates: dict[str, Any] = {"n": Count("pk")}
    if money:
        aggregates["s"] = Sum(money.source)
    by_key = {lane.key: lane for lane in lanes}
    bare = shown_columns(entity, queryset.order_by().select_related(None), keys[1:])
    for row in bare.annotate(pv_lane=F(column)).values(*keys).annotate(**aggregates):
        lane = by_key.get(lane_key(row["pv_lane"]))
        if lane is None:
            continue
        lane.count += row["n"]
        if money and row["s"] is not None:
            currency = row[money.currency] if money.currency else ""
            lane.sums[currency] = lane.sums.get(currency, Decimal(0)) + row["s"]


def _first_rows(entity: Entity, queryset: QuerySet[Any], lanes: Sequence[Lane], board: Board) -> list[Any]:
    """The first cards of every lane: one query that takes the top of each lane by its index, one that fetches them."""
    column = entity.field(board.lane).column
    bare = queryset.select_related(None)
    tops = [bare.filter(in_lane(column, lane.key)).values_list("pk", flat=True)[: SIZE + 1] for lane in lanes]
    if not tops:
        return []
    first, *others = tops
    ids = list(first.union(*others, all=True) if others else first)
    return list(queryset.filter(pk__in=ids))


def _drawer(entity: Entity, setting: Setting, rows: Sequence[Any]) -> CardDrawer:
    fields = [entity.field(name) for name in board_of(entity, setting.state).card]
    labels: Labels = setting.labels.load(rows, fields)
    may_change = setting.actor.may(entity.permission("change"))
    return CardDrawer(entity, fields, labels, entity_url(entity, "list"), list_param(setting.state), may_change)


def lane_cards(entity: Entity, setting: Setting, lane: Lane, group: Any) -> None:
    """The next cards of one lane, by key."""
    queryset, state = on_board(entity, setting, group)
    column = entity.field(board_of(entity, setting.state).lane).column
    found = page(
        queryset.filter(in_lane(column, lane.key)),
        entity,
        sort=state.sort or None,
        size=SIZE,
        cursor=state.cursor or None,
    )
    drawer = _drawer(entity, setting, found.rows)
    lane.cards = [drawer.draw(row, open=lane.open) for row in found.rows]
    lane.more = _more(entity, state, lane, group, found.next) if found.next else ""


def totals_words(lanes: Sequence[Lane]) -> str:
    """What is open and what it weighs by its probability; without probabilities, the sum of everything."""
    if not any(lane.probability is not None for lane in lanes):
        total = sum_words(_added([lane.sums for lane in lanes]), money_brief)
        return _("Total %s") % total if total else ""
    going = [lane for lane in lanes if lane.open]
    weighted = [{c: a * (lane.probability or 0) / 100 for c, a in lane.sums.items()} for lane in going]
    total = sum_words(_added([lane.sums for lane in going]), money_brief)
    if not total:
        return ""
    number = formats.num(sum(lane.count for lane in going))
    words = {"count": number, "total": total, "weighted": sum_words(_added(weighted), money_brief)}
    return _("%(count)s open · %(total)s · weighted %(weighted)s") % words


def _added(many: Sequence[dict[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for one in many:
        for currency, amount in one.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total
