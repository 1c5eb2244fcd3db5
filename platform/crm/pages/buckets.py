"""Records gathered by what one field holds: the groups of a list, the bars of a chart.

Dates are gathered by day in the database and by month or year here, since months are the reader's calendar's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.pages.bucket_order import ordered_by, summed_by
from crm.pages.bucket_parts import EMPTY, Bucket, By
from crm.pages.labels import Labels
from crm.pages.state import State
from crm.pages.values import choice_text, is_summed, yes_no
from kernel import formats
from kernel.calendars.week import week_start
from kernel.query import shown_columns
from kernel.registry import Entity, Field

#: More groups than anybody reads; the rest is counted together.
MOST = 60
_ROWS = 20_000
#: What says how records are shown together, and nothing in a plain list.
_CHARTED = ("by", "by_order", "measure", "shape", "on", "at", "span", "lane")
PERIODS: dict[str, Any] = {
    "day": gettext_lazy("day"), "week": gettext_lazy("week"), "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"), "year": gettext_lazy("year"),
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Gathered:
    buckets: Sequence[Bucket]
    #: Groups beyond the most that are shown, and the records in them.
    others: int
    others_count: int
    count: int


def gatherable(entity: Entity) -> list[Field]:
    """Fields by which records may be gathered: those with few values, and dates."""
    kinds = {"choice", "relation", "bool", "date", "datetime"}
    return [f for f in entity.filter_fields if f.kind in kinds and not f.asks]


def read_by(entity: Entity, text: str) -> By | None:
    """ "stage", "close_date:month"; None for what one cannot gather by."""
    name, _sep, period = text.partition(":")
    found = next((f for f in gatherable(entity) if f.name == name), None)
    if found is None:
        return None
    if found.kind in ("date", "datetime"):
        return By(found, period if period in PERIODS else "month")
    return By(found)


def by_choices(entity: Entity) -> list[tuple[str, str]]:
    """What can be chosen to gather by; dates by each period."""
    found: list[tuple[str, str]] = []
    for one in gatherable(entity):
        if one.kind in ("date", "datetime"):
            found += [
                (f"{one.name}:{period}", _("%(field)s by %(period)s") % {"field": one.label, "period": word})
                for period, word in PERIODS.items()
                if period != "day"
            ]
        else:
            found.append((one.name, str(one.label)))
    return found


def gather(
    entity: Entity,
    queryset: QuerySet[Any],
    by: By,
    labels: Labels,
    names: Sequence[str] = (),
    *,
    most: int | None = MOST,
    order: str = "",
) -> Gathered:
    """The groups with counts and sums of these fields: one query, whatever the number of rows."""
    names = [*names, *(name for name in summed_by(entity, order) if name not in names)]
    dated = bool(by.period)
    currencies = [c for c in dict.fromkeys(entity.field(name).currency for name in names) if c]
    wanted: dict[str, Any] = {"n_": Count("pk")}
    for name in names:
        source = entity.field(name).source
        wanted |= {f"s_{name}": Sum(source), f"c_{name}": Count(source)}
    bare = shown_columns(entity, queryset.order_by().select_related(None), currencies).annotate(pv_key=_key_of(by))
    rows = bare.values("pv_key", *currencies).annotate(**wanted).order_by("pv_key" if dated else "-n_")[:_ROWS]
    found: dict[str, Bucket] = {}
    for row in rows:
        key = key_for(by, row["pv_key"])
        bucket = found.setdefault(key, Bucket(key, ""))
        bucket.count += row["n_"]
        for name in names:
            bucket.filled[name] = bucket.filled.get(name, 0) + row[f"c_{name}"]
            if (amount := row[f"s_{name}"]) is not None:
                unit = str(row[entity.field(name).currency] or "") if entity.field(name).currency else ""
                sums = bucket.sums.setdefault(name, {})
                sums[unit] = sums.get(unit, Decimal(0)) + amount
    ordered = ordered_by(by, order, found.values(), labels)
    shown = ordered[:most]
    rest = ordered[len(shown) :]
    for bucket, label in zip(shown, key_labels(by, [b.key for b in shown], labels), strict=True):
        bucket.label = label
    total = sum(b.count for b in ordered)
    return Gathered(shown, len(rest), sum(b.count for b in rest), total)


def _key_of(by: By) -> Any:
    if by.field.kind == "datetime":
        return TruncDate(by.field.column, tzinfo=formats.get_locale().zone)
    return F(by.field.column)


def key_for(by: By, value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    if by.period:
        return span_of(by.period, value)[0].isoformat()
    return ("1" if value else "0") if by.field.kind == "bool" else str(value)


def span_of(period: str, day: date) -> tuple[date, date]:
    """First and last day of the period that a day falls in, in the reader's calendar."""
    locale = formats.get_locale()
    if period == "day":
        return day, day
    if period == "week":
        start = week_start(day, locale.first_weekday)
        return start, start + timedelta(days=6)
    step = _MONTHS[period]
    try:
        year, month, _day = locale.cal.from_date(day)
        first = locale.cal.to_date(year, (month - 1) // step * step + 1, 1)
        return first, locale.cal.add_months(first, step) - timedelta(days=1)
    except ValueError:  # a day that the reader's calendar has no name for
        return day, day


def buckets_condition(by: By, keys: Sequence[str]) -> Q | None:
    """The condition of several groups together."""
    found = [q for key in keys if (q := bucket_condition(by, key)) is not None]
    if not by.period and len(found) == len(keys) and EMPTY not in keys and by.field.kind != "bool":
        return Q(**{f"{by.field.column}__in": [UUID(k) if by.field.kind == "relation" else k for k in keys]})
    joined = Q()
    for one in found:
        joined |= one
    return joined if found else None


def key_of(by: By, record: Any) -> str:
    """The group that a record belongs to."""
    value = getattr(record, by.field.column)
    return key_for(by, formats.local_date(value) if by.field.kind == "datetime" and value is not None else value)


def key_labels(by: By, keys: Sequence[str], labels: Labels) -> list[str]:
    if by.field.kind == "relation":
        labels.learn({by.field.target: {UUID(key) for key in keys if key != EMPTY}})
    return [_label(by, key, labels) for key in keys]


def _label(by: By, key: str, labels: Labels) -> str:
    if key == EMPTY:
        return _("empty")
    if by.period:
        return period_words(by.period, date.fromisoformat(key))
    if by.field.kind == "relation":
        return labels.get(by.field.target, UUID(key)) or _("(not visible to you)")
    return yes_no(key == "1") if by.field.kind == "bool" else choice_text(by.field, key)


def period_words(period: str, first: date) -> str:
    """ "Azar 1405", "Q3 2026", "23 Nov – 29 Nov"."""
    locale = formats.get_locale()
    if period == "month":
        return formats.digits(locale.cal.format(first, "month", locale.language))
    if period in ("quarter", "year"):
        year, month, _day = locale.cal.from_date(first)
        said = formats.digits(year)
        if period == "year":
            return said
        return _("Q%(quarter)s %(year)s") % {"quarter": formats.digits((month - 1) // 3 + 1), "year": said}
    if period == "week":
        return _("%(low)s to %(high)s") % {
            "low": formats.date_short(first), "high": formats.date_short(first + timedelta(days=6)),
        }  # fmt: skip
    return formats.date_short(first)


def bucket_condition(by: By, key: str) -> Q | None:
    """The condition of one group, from its key alone; None for a key that is none."""
    column = by.field.column
    if key == EMPTY:
        null = Q(**{f"{column}__isnull": True})
        return null | Q(**{column: ""}) if by.field.kind == "choice" else null
    try:
        if by.period:
            low, high = span_of(by.period, date.fromisoformat(key))
            if by.field.kind == "datetime":
                return moments_between(column, low, high)
            return Q(**{f"{column}__gte": low, f"{column}__lte": high})
        if by.field.kind == "relation":
            return Q(**{column: UUID(key)})
    except ValueError:
        return None
    return Q(**{column: key == "1"}) if by.field.kind == "bool" else Q(**{column: key})


def moments_between(column: str, low: date, high: date) -> Q:
    """Moments from the first of one day to the last of another, in the reader's time zone."""
    zone = formats.get_locale().zone
    start, end = datetime.combine(low, time.min, zone), datetime.combine(high + timedelta(days=1), time.min, zone)
    return Q(**{f"{column}__gte": start, f"{column}__lt": end})


def narrowed_to(state: State, by: By, key: str) -> State:
    """The list of one group: what its bar leads to."""
    name = by.field.name
    if key == EMPTY:
        params = {f"{name}__empty": ("1",)}
    elif by.period:
        low, high = span_of(by.period, date.fromisoformat(key))
        params = {f"{name}__gte": (low.isoformat(),), f"{name}__lte": (high.isoformat(),)}
    else:
        params = {name: (key,)}
    gone: dict[str, Any] = dict.fromkeys(_CHARTED, "")
    return replace(state.with_filter(name, params), **gone)


def measures(entity: Entity) -> list[tuple[str, str]]:
    """What a chart can show of each group."""
    found = [("count", _("Number of records"))]
    for one in entity.filter_fields:
        if is_summed(one) or one.kind == "percent":
            if is_summed(one):
                found.append((f"sum:{one.name}", _("Sum of %s") % one.label))
            found.append((f"avg:{one.name}", _("Average of %s") % one.label))
    return found
